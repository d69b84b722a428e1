"""Static files under names that change with their content, also inside the imports of our own modules."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = r"""(?P<matched>from "(?P<url>\.{1,2}/[^"]+\.js)")"""


class StaticStorage(CompressedManifestStaticFilesStorage):
    """A browser must not mix an old module with a new one. (Django's own rule would read other people's files too.)"""

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", ((IMPORT, 'from "%(url)s"'),)))
