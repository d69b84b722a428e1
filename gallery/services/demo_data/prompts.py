"""Prompts as a team writes them: composed of parts, no two alike, in several languages and scripts."""

from itertools import chain, repeat
from random import Random

ENGLISH = (
    (
        "A hand-thrown stoneware vase", "A minimal perfume bottle in teal glass", "A quiet harbour",
        "A pine forest", "A violinist in profile", "An old bookbinder at work", "A red bicycle against a wall",
        "A steaming bowl of ramen", "A lighthouse", "Two herons in shallow water", "A brutalist library",
        "A child with a paper kite", "A vintage espresso machine", "A pair of running shoes",
        "A greenhouse full of ferns", "A fox on a stone bridge", "A tram in the rain", "A loaf of sourdough",
        "A sailing boat", "A market stall with citrus fruit", "An astronaut in a poppy field", "A glass chess set",
        "A black cat on a windowsill", "A ceramic teapot", "A dancer in mid-leap", "A wooden cabin",
        "A silver wristwatch", "A street of crooked houses", "A beekeeper with a smoker", "A snow leopard",
    ),
    (
        "on a plaster plinth", "before sunrise", "after the first snow", "in an empty room", "by the sea",
        "at the edge of town", "on a rooftop", "beside a canal", "in a narrow alley", "on dark slate",
        "under a stone arch", "in tall grass", "seen from above", "in front of a pale wall",
        "between two mountains", "at the end of the pier", "on a crowded square", "behind frosted glass",
        "in a studio", "reflected in a puddle",
    ),
    (
        "raking morning light", "soft overcast light", "hard window light", "golden hour", "blue hour",
        "candlelight", "neon signs", "thin haze", "deep shadows", "backlit", "moonlight", "a single lamp",
        "dappled shade", "rim light",
    ),
    (
        "85 mm, shallow depth of field", "product photograph", "telephoto compression", "35 mm film, fine grain",
        "watercolour on rough paper", "linocut in two colours", "isometric illustration", "gouache, flat shapes",
        "wide angle, symmetrical", "macro photograph", "editorial portrait", "oil painting, visible brush strokes",
        "pencil sketch", "architectural visualisation", "long exposure", "risograph print",
        "clay model, stop motion look", "poster, generous margins",
    ),
)  # fmt: skip
CHINESE = (
    (
        "一只青花瓷瓶",
        "雪山下的小木屋",
        "老茶馆里的说书人",
        "江南水乡的石桥",
        "骑竹马的孩子",
        "一碗热气腾腾的牛肉面",
        "黑猫",
        "白鹭",
    ),
    ("晨雾中", "黄昏", "雨后", "竹林深处", "窗边", "灯火阑珊处"),
    ("柔和的侧光", "水墨风格", "电影感", "极简构图", "胶片颗粒", "高清产品摄影"),
)
JAPANESE = (
    (
        "灯台のある港",
        "抹茶と和菓子",
        "古い町家の路地",
        "桜の下の自転車",
        "窓辺の黒猫",
        "雪の金閣寺",
        "職人の手",
        "ラーメン一杯",
    ),
    ("朝の光", "夕暮れ", "雨上がり", "静かな冬", "霧の中", "提灯の明かり"),
    ("フィルム写真", "浮世絵風", "ミニマルな構図", "水彩画", "浅い被写界深度", "アニメの背景"),
)
KOREAN = (
    ("한옥 마당의 감나무", "도자기 찻잔", "비 오는 서울 골목", "바닷가의 등대", "한복을 입은 무용수", "김이 나는 국밥"),
    ("아침 햇살", "해 질 녘", "안개 속", "눈 내린 뒤", "창가에서"),
    ("필름 사진", "수채화", "미니멀한 구도", "얕은 심도", "시네마틱"),
)
THAI = (
    ("ตลาดน้ำยามเช้า", "ชามเซรามิกสีเขียว", "แมวดำบนหน้าต่าง", "วัดกลางสายหมอก", "เรือไม้ลำเล็ก"),
    ("แสงอุ่น", "หลังฝนตก", "ยามเย็น"),
    ("ภาพถ่ายฟิล์ม", "สีน้ำ", "องค์ประกอบเรียบง่าย"),
)
GERMAN = (
    (
        "Eine Leuchtturmwärterin",
        "Ein Fachwerkhaus",
        "Eine Schüssel Grießbrei",
        "Ein alter Straßenbahnwagen",
        "Zwei Kraniche",
    ),
    ("im Frühnebel", "an der Küste", "über den Dächern", "vor grüner Wand", "im Gewächshaus"),
    ("weiches Seitenlicht", "Gegenlicht", "blaue Stunde", "Öl auf Leinwand", "Linolschnitt"),
)
FRENCH = (
    (
        "Une théière émaillée",
        "Un café désert",
        "Une danseuse à l’œil vif",
        "Un pêcheur près du môle",
        "Des citrons coupés",
    ),
    ("à l’aube", "sous la pluie d’été", "dans une ruelle étroite", "au bord du canal"),
    ("lumière rasante", "aquarelle", "grain argentique", "profondeur de champ réduite"),
)
ARABIC = (
    ("منارة قرب الميناء", "إبريق شاي نحاسي", "قطة سوداء على النافذة", "سوق قديم"),
    ("عند الفجر", "بعد المطر", "في الضباب"),
    ("ضوء ناعم", "صورة فيلمية", "ألوان مائية"),
)
# Each with the comma of its script, and how many of a hundred prompts are in it.
LANGUAGES = (
    (ENGLISH, ", ", 80), (CHINESE, "，", 6), (JAPANESE, "、", 4), (KOREAN, ", ", 3), (THAI, " ", 1), (GERMAN, ", ", 3),
    (FRENCH, ", ", 2), (ARABIC, "، ", 1),
)  # fmt: skip
DRAWN = tuple(chain.from_iterable(repeat((parts, comma), share) for parts, comma, share in LANGUAGES))
COLOURS = ("#2F4B6E", "#D9A066", "#E4572E", "#1B998B", "#F2E8CF", "#6D597A", "#0B3954", "#BFD7EA", "#C81D25", "#386641")
WORDS = (
    "HARBOUR FESTIVAL",
    "OPEN LATE",
    "No. 7",
    "SLOW COFFEE",
    "Grand Opening",
    "夏祭り",
    "ESPRESSO",
    "SALE",
    "Café Noir",
)
ENDINGS = ("", "", "", "", "", "", ", muted greens", ", warm tones", ", no people", ", high detail", " 🌊", " ✨")


def write_prompt(draw: Random) -> str:
    """Compose a prompt: one in eight names a colour, one in twelve has words that are to be drawn."""
    parts, comma = draw.choice(DRAWN)
    text = comma.join(map(draw.choice, parts))
    if draw.random() < 1 / 8:
        text += f"{comma}color {draw.choice(COLOURS)}"
    if draw.random() < 1 / 12:
        text += f'{comma}"{draw.choice(WORDS)}"'
    return text + draw.choice(ENDINGS)
