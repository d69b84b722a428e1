"""What a storage service said, or that it said nothing: in words that name the setting, and never a key or an address.

No name of botocore's is imported: without STORAGE_URL nobody needs it.
"""

import re
import ssl
from typing import Any

REFUSED, LATER = True, False  # whether it stays so until a person changes something
MESSAGE_LENGTH = 160
CODE = re.compile(r"[A-Za-z0-9._-]{1,60}")
ADDRESS = re.compile(r"\S*(?:://|X-Amz-[A-Za-z-]+=|Signature=|arn:)\S*", re.IGNORECASE)
KEY_ID = re.compile(r"\b(?:AKIA|ASIA|A3T)[A-Z0-9]{8,}\b")
SHORTEST_KEY = 4  # what is shorter is a word like any other
CHECKSUMS = "The storage refuses newer headers; with checksums=when_required in STORAGE_URL no checksum is sent"

# By the code of the answer, else by its status. Services differ: Amazon, MinIO, Ceph and Swift have words of their own.
SAID = {
    "NoSuchBucket": ("STORAGE_URL names a bucket that is not there", REFUSED),
    "InvalidBucketName": ("STORAGE_URL names a bucket that cannot be", REFUSED),
    "AccessDenied": ("The storage of STORAGE_URL does not let these credentials write to the bucket", REFUSED),
    "InvalidAccessKeyId": ("The storage of STORAGE_URL does not know this AWS_ACCESS_KEY_ID", REFUSED),
    "SignatureDoesNotMatch": ("AWS_SECRET_ACCESS_KEY does not belong to AWS_ACCESS_KEY_ID", REFUSED),
    "ExpiredToken": ("AWS_SESSION_TOKEN is not valid any more", REFUSED),
    "InvalidToken": ("AWS_SESSION_TOKEN is not valid", REFUSED),
    "PermanentRedirect": ("STORAGE_URL names another region or endpoint_url than the bucket’s", REFUSED),
    "AuthorizationHeaderMalformed": ("STORAGE_URL names another region than the bucket’s", REFUSED),
    "NotImplemented": (CHECKSUMS, REFUSED),
    "XAmzContentSHA256Mismatch": (CHECKSUMS, REFUSED),
    "RequestTimeTooSkewed": ("The clock of this machine and that of the storage differ too much", LATER),
    "QuotaExceeded": ("The storage is full", LATER),
    "SlowDown": ("The storage asks for fewer requests", LATER),
}
SAME = {
    "404": "NoSuchBucket",
    "401": "AccessDenied", "403": "AccessDenied", "Forbidden": "AccessDenied", "AllAccessDisabled": "AccessDenied",
    "AccountProblem": "AccessDenied", "UnauthorizedAccess": "AccessDenied", "InvalidSecurity": "AccessDenied",
    "TokenRefreshRequired": "ExpiredToken", "ExpiredTokenException": "ExpiredToken",
    "301": "PermanentRedirect", "307": "PermanentRedirect", "TemporaryRedirect": "PermanentRedirect",
    "IllegalLocationConstraintException": "AuthorizationHeaderMalformed",
    "InvalidRegion": "AuthorizationHeaderMalformed",
    "AuthorizationQueryParametersError": "AuthorizationHeaderMalformed",
    "501": "NotImplemented", "ContentSHA256Mismatch": "XAmzContentSHA256Mismatch",
    "RequestExpired": "RequestTimeTooSkewed",
    "XMinioStorageFull": "QuotaExceeded", "XMinioAdminBucketQuotaExceeded": "QuotaExceeded", "507": "QuotaExceeded",
    "413": "QuotaExceeded", "InsufficientStorage": "QuotaExceeded", "429": "SlowDown", "TooManyRequests": "SlowDown",
    "Throttling": "SlowDown", "ThrottlingException": "SlowDown", "RequestLimitExceeded": "SlowDown",
}  # fmt: skip
LATER_CODES = {"RequestTimeout", "408", "409", "OperationAborted", "IncompleteBody", "BadDigest"}
# Of errors without an answer, by the name of their class in botocore.
UNSAID = {
    "NoCredentialsError": ("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are missing, which STORAGE_URL needs", REFUSED),
    "PartialCredentialsError": ("One of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is missing", REFUSED),
    "ProfileNotFound": ("AWS_PROFILE names a profile that is not there", REFUSED),
    "CredentialRetrievalError": ("The credentials for STORAGE_URL could not be had", LATER),
    "NoRegionError": ("STORAGE_URL names no region, which this storage needs", REFUSED),
    "InvalidRegionError": ("STORAGE_URL names a region that cannot be", REFUSED),
    "ParamValidationError": ("STORAGE_URL names a bucket that cannot be", REFUSED),
    "InvalidProxiesConfigError": ("The proxy settings of this machine are wrong", REFUSED),
    "ProxyConnectionError": ("The proxy before the storage does not answer", LATER),
    "ConnectTimeoutError": ("The storage does not answer: no connection in time", LATER),
    "ReadTimeoutError": ("The storage does not answer: nothing came in time", LATER),
    "ConnectionClosedError": ("The storage does not answer: it hung up", LATER),
    "ResponseParserError": ("What answers at the endpoint_url of STORAGE_URL is no S3 service", LATER),
}


class StorageTrouble(OSError):
    """Nothing can be stored now; the sentence says why, to anybody. `detail`: what the service said, for admins.

    `is_refusal`: it stays so until a person changes something. `is_disk`: it is the disk of this machine.
    """

    def __init__(self, words: str, *, detail: str = "", is_refusal: bool = False, is_disk: bool = False) -> None:
        super().__init__(words)
        self.detail, self.is_refusal, self.is_disk = detail, is_refusal, is_disk

    @property
    def whole(self) -> str:
        """The sentence with what the service said."""
        return f"{str(self).removesuffix(').')}: {self.detail})." if self.detail else str(self)


def name_trouble(error: Exception, *, secrets: tuple[str | None, ...] = ()) -> StorageTrouble:
    """Return what an error of the storage's library means. `secrets`: what no word may repeat."""
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:
        return _answered(response, secrets)
    for kind in type(error).__mro__:
        if kind.__name__ in UNSAID:
            words, is_refusal = UNSAID[kind.__name__]
            return StorageTrouble(f"{words}.", is_refusal=is_refusal)
    return StorageTrouble(f"The storage does not answer: {_cause(error)}.")


def _answered(response: dict[str, Any], secrets: tuple[str | None, ...]) -> StorageTrouble:
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = str(response["Error"].get("Code") or status)
    code = code if CODE.fullmatch(code) else str(status)
    message = str(response["Error"].get("Message") or "")
    words, is_refusal = _meaning(code, status, message)
    return StorageTrouble(f"{words} ({code}).", detail=clean_message(message, secrets=secrets), is_refusal=is_refusal)


def _meaning(code: str, status: int, message: str) -> tuple[str, bool]:
    if "checksum" in message.lower() or "content-sha256" in message.lower():
        return SAID["NotImplemented"]
    for name in (code, str(status)):
        if found := SAID.get(SAME.get(name, name)):
            return found
        if name in LATER_CODES:
            break
    is_refusal = 300 <= status < 500 and not {code, str(status)} & LATER_CODES
    return f"The storage refuses with {status}" if is_refusal else f"The storage answers {status} for now", is_refusal


def clean_message(text: str, *, secrets: tuple[str | None, ...] = ()) -> str:
    """Return what a service said on one short line, without addresses and without anything that opens it."""
    text = KEY_ID.sub("***", ADDRESS.sub("***", " ".join(text.split())))
    for secret in secrets:
        if secret and len(secret) >= SHORTEST_KEY:
            text = text.replace(secret, "***")
    return "".join(letter for letter in text if letter.isprintable())[:MESSAGE_LENGTH].rstrip(". ")


def _cause(error: BaseException | None) -> str:
    """Say what lies at the bottom of an error: never its own text, which has the address in it."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        kwargs = getattr(error, "kwargs", None)
        error = (isinstance(kwargs, dict) and kwargs.get("error")) or error.__cause__ or error.__context__
        error = error if isinstance(error, BaseException) else None
    return next((words for each in reversed(seen) if (words := _words_of(each))), type(seen[0]).__name__)


def _words_of(error: BaseException) -> str | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    if isinstance(error, ssl.SSLError) or type(error).__name__ == "SSLError":
        return "TLS failed"
    if type(error).__name__ in ("gaierror", "NameResolutionError"):
        return "the name of its host is not known"
    return error.strerror if isinstance(error, OSError) else ""
