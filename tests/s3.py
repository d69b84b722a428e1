"""A small S3 service on loopback: it keeps objects, and refuses as services do that are older, stricter or ill."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

CHECKSUM_HEADERS = ("x-amz-checksum", "x-amz-sdk-checksum", "x-amz-trailer")
ERROR = (
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message>'
    "<RequestId>1</RequestId></Error>"
)


class SmallS3:
    """`answer`: (status, code, message) for every request while it is set. `is_old`: refuses the newer headers."""

    def __init__(self, *, port=0, is_old=False):
        self.objects, self.heads = {}, []
        self.answer, self.is_old, self.buckets = None, is_old, {"pictures"}
        self.server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def refusal(self, path, headers):
        """Return the answer to a request that is refused, else None."""
        names = [name.lower() for name in headers]
        newer = any(name.startswith(CHECKSUM_HEADERS) for name in names)
        if self.answer:
            return self.answer
        if not headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256"):
            return 400, "InvalidRequest", "Please use AWS4-HMAC-SHA256."
        if self.is_old and (newer or "aws-chunked" in headers.get("Content-Encoding", "")):
            return 501, "NotImplemented", "A header you provided implies functionality that is not implemented."
        if path.split("/")[1] not in self.buckets:
            return 404, "NoSuchBucket", "The specified bucket does not exist."
        return None

    def in_parts(self, path, asked):
        """Begin an upload in parts, or put its parts together."""
        if "uploads" in asked:
            return "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
        numbers = sorted(int(key[1]) for key in self.objects if key[0] == path and len(key) > 1)
        self.objects[path,] = b"".join(self.objects.pop((path, str(number))) for number in numbers)
        return "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>"

    def _handler(service):  # noqa: N805  the handler below has a self of its own
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def respond(self):
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = unquote(urlsplit(self.path).path)
                service.heads.append((self.command, path, dict(self.headers)))
                if refused := service.refusal(path, self.headers):
                    return self.say(refused[0], ERROR.format(code=refused[1], message=refused[2]).encode())
                asked = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
                if self.command == "POST":
                    return self.say(200, service.in_parts(path, asked).encode())
                if self.command == "PUT":
                    service.objects[path, *asked.get("partNumber", ())] = content
                    return self.say(200, b"")
                if self.command == "DELETE":
                    service.objects.pop((path,), None)
                    return self.say(204, b"")
                if (path,) in service.objects:
                    return self.say(200, service.objects[path,])
                return self.say(404, ERROR.format(code="NoSuchKey", message="Not there.").encode())

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = respond  # noqa: N815  the names of http.server

            def say(self, status, content):
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("ETag", '"0"')
                self.send_header("Last-Modified", "Mon, 06 Jul 2026 10:00:00 GMT")
                self.send_header("Connection", "close")  # or a service that was stopped would go on with who is there
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            def log_message(self, *_):
                pass

        return Handler
