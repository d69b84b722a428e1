"""gunicorn's own logs, its access log among them: `--logger-class fluxweb.gunicorn_logger.MaskingLogger`."""

from gunicorn.glogging import Logger

from fluxweb.masking import MaskedFormatter


class MaskingLogger(Logger):
    """gunicorn writes whole addresses where a request goes wrong, and for every request if it is asked to."""

    def setup(self, cfg):
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(MaskedFormatter(handler.formatter))
