"""Encodings without a mark are recognised by their letters."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.reading import read_table

_WESTERN = (
    "Müller Größe Köln Straße Übung Ärger José Málaga señor año niño corazón Zoë "
    "français élève garçon où hôtel Ålesund Øresund smørrebrød fjäll São João ação "
    "perché città così Curaçao naïve cœur don\u2019t 20€ 15° Señora Élan coöperatie"
)
WESTERN = _WESTERN.split()
OTHERS = {
    "gb18030": "姓名 城市 北京 上海 张三 李四 数据 价格 天气 公司 中国 电话 地址",
    "big5": "姓名 城市 臺北 高雄 張三 李四 數據 價格 天氣 公司 電話 地址",
    "shift_jis": "なまえ 都市 東京 大阪 たなか データ 会社 電話番号 カタカナ ひらがな",
    "euc-jp": "なまえ 都市 東京 大阪 たなか データ 会社 電話番号 カタカナ ひらがな",
    "euc-kr": "이름 도시 서울 부산 김철수 데이터 가격 날씨 회사 전화번호 주소",
    "cp1251": "имя город Москва Юрий число цена погода компания телефон адрес",
    "koi8-r": "имя город Москва Юрий число цена погода компания телефон адрес",
    "cp866": "имя город Москва Юрий число цена погода компания телефон адрес",
    "cp1253": "όνομα πόλη Αθήνα Γιώργος αριθμός τιμή καιρός εταιρεία διεύθυνση",
    "cp1250": "jméno město číslo Jiří Plzeň žluťoučký kůň Łódź święto źdźbło łąka",
    "cp850": "José Málaga Zoë Köln Jörg Düsseldorf français élève Größe Übung",
    "mac-roman": "José Málaga Zoë Köln Jörg Düsseldorf français élève Größe Übung",
}  # fmt: skip


def read(words, codec):
    lines = ["word,n", *(f"{word},{n}" for n, word in enumerate(words))]
    table = read_table(io.BytesIO("\n".join(lines).encode(codec)), "t.csv")
    return table.frame["word"].tolist(), table.report


@pytest.mark.parametrize("codec", OTHERS)
def test_the_letters_tell_the_encoding(codec):
    words = OTHERS[codec].split()
    found, report = read(words, codec)
    assert found == words
    assert report.encoding == codec


@settings(max_examples=25)
@given(st.lists(st.sampled_from(WESTERN), min_size=1, max_size=12, unique=True))
def test_western_words_are_read_as_they_were(words):
    found, _ = read(["plain", *words, "end"], "cp1252")
    assert found[1:-1] == words


@settings(max_examples=25)
@given(
    st.sampled_from(["gb18030", "shift_jis", "euc-kr", "cp1251", "koi8-r"]), st.data()
)
def test_some_words_of_another_script_are_enough(codec, data):
    known = OTHERS[codec].split()
    words = data.draw(
        st.lists(st.sampled_from(known), min_size=5, max_size=9, unique=True)
    )
    assert read(words, codec)[0] == words


def test_letters_far_behind_the_beginning_are_looked_at():
    words = ["plain"] * 20_000 + OTHERS["cp1251"].split()
    assert read(words, "cp1251")[0][-3:] == words[-3:]


def test_what_is_open_is_said():
    _, report = read(["plain", "čas", "žena"], "cp1250")
    if report.encoding != "cp1252":
        assert any("is possible" in note for note in report.notes)
