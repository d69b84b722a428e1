"""Scripts and signs that need care of their own, as parts of a character class: shared by all who look for words."""

# Thai, Lao, Tibetan, Burmese, Khmer, Javanese; kana, bopomofo, Chinese characters: no space tells where a word ends.
UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\ua980-\ua9df\u3005-\u3007\u3040-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
# Korean syllables, and the letters they are made of.
HANGUL = "\u1100-\u11ff\uac00-\ud7ff"
# The vowel signs of Arabic and Hebrew, and the stroke that draws a word out: hardly anybody types them.
POINTS = "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
SKIN_TONES = "\U0001f3fb-\U0001f3ff"
