"""A provider's file of charges: any encoding, delimiter, dates, amounts and names; or refused by line, and whole."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.tables.statement_files import ONLY_BELOW_ZERO, InvalidStatementFile, Line, read_statement

AT = datetime.fromisoformat("2026-11-26 14:03")
LINE = Line(2, AT, "req-1", "flux-2-pro", 30_000)


def read(text, encoding="utf-8"):
    return read_statement(text.encode(encoding))


def refusal(content):
    with pytest.raises(InvalidStatementFile) as refused:
        read_statement(content.encode() if isinstance(content, str) else content)
    return refused.value.problems


@pytest.mark.parametrize(
    "text",
    [
        "time,request_id,model,usd\n2026-11-26 14:03,req-1,flux-2-pro,0.03\n",
        "time;request_id;model;usd\n26.11.2026 14:03;req-1;flux-2-pro;0,03\n",
        "time\trequest_id\tmodel\tusd\n26.11.2026 14:03\treq-1\tflux-2-pro\t0.03 USD\n",
        "time|request_id|model|usd\n26/11/2026 14:03|req-1|flux-2-pro|$0.03\n",
        'time,request_id,model,usd\n11/26/2026 2:03 PM,req-1,flux-2-pro,"0,03"\n',
        "Time, Request ID, Model Name, Cost (USD)\n2026-11-26 14:03, req-1, flux-2-pro, 3e-02\n",
        "Datum;Anfrage-ID;Modell;Betrag in USD\n26.11.2026 14:03;req-1;flux-2-pro;0,03 $\n",
        "日期,请求ID,模型名称,金额\n2026年11月26日 14:03,req-1,flux-2-pro,０．０３\n",
        "Fecha;Request-Id;Modelo;Importe;Moneda\n26/11/2026 14:03;req-1;flux-2-pro;0,03;USD\n",
        "Date,Time,request_id,model,quota\n26.11.2026,14:03,req-1,flux-2-pro,15000\n",
        "model,quota,created_at,request_id\nflux-2-pro,15000.0,2026-11-26T14:03:00,req-1\n",
        "time,request_id,model,usd\n2026/11/26　14：03,req-1,flux-2-pro,USD: 0.03\n".replace("/", "／"),
        "time,request_id,model,usd\n20261126T140300,req-1,flux-2-pro,0.03\n",
        "time,request_id,model,type,usd\n2026-11-26 14:03,req-1,flux-2-pro,consume,-0.03\n",
        "createdAt,requestId,modelName,costUsd\n2026-11-26 14:03,req-1,flux-2-pro,0.03\n",
        "created_at,request_id,model,amount_usd,amount_eur\n2026-11-26 14:03,req-1,flux-2-pro,0.03,9.99\n",
    ],
)
def test_one_charge_is_read_however_it_is_written(text):
    assert read(text) == [LINE]


@pytest.mark.parametrize(
    "row",
    ["Total,,0.03", "TOTAL:,,0.03", ",Total,0.03", "Total cost,,0.03", "Grand total (USD),,0.03", "Total for May,,0.03",
     ",,Total: 0.03", "Gesamtsumme,,0.03", "合计,,0.03", "Total,2026-11-26,0.03"],
)  # fmt: skip
def test_a_row_that_adds_the_others_up_is_no_charge(row):
    assert len(read(f"time,model,usd\n2026-11-26,flux-2-pro,0.03\n{row}\n")) == 1


def test_a_charge_of_a_model_that_is_called_like_a_sum_counts():
    assert len(read("model,time,usd\ntotal art,2026-11-26,0.03\nsum it up,2026-11-26,0.03\n")) == 2


def test_a_refund_counts_below_zero_however_it_is_written():
    lines = read("time,type,usd\n2026-11-26,refund,0.03\n2026-11-26,退款,-0.05\n2026-11-26,consume,0.07\n")
    assert [line.micros for line in lines] == [-30_000, -50_000, 70_000]
    assert [line.micros for line in read("time,usd\n2026-11-26,-0.03\n2026-11-26,0.05\n")] == [-30_000, 50_000]


def test_what_is_consumed_may_be_written_as_an_outgoing():
    lines = read("time,type,usd\n2026-11-26,consume,-0.03\n2026-11-26,usage,(0.05)\n2026-11-26,refund,0.01\n")
    assert [line.micros for line in lines] == [30_000, 50_000, -10_000]


@pytest.mark.parametrize("amounts", [["-0.03"], ["-0.03", "(0.05)", "0"]])
def test_where_all_is_below_zero_and_nothing_says_why_it_is_asked(amounts):
    rows = "".join(f"2026-11-26,{amount}\n" for amount in amounts)
    assert refusal(f"time,usd\n{rows}".encode()) == [ONLY_BELOW_ZERO]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5", "utf-32"]
)
def test_the_encoding_is_found(encoding):
    head = "時間;模型;金額\n" if encoding == "big5" else "时间;模型;金额\n"
    assert read(f"{head}26.11.2026 14:03;flux-2-pro;0,03\n", encoding)[0].micros == 30_000


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Währung;Gebühr;Datum\nUSD;0,03;26.11.2026\n", "cp1252"), ("Дата;Сумма\n26.11.2026;0,03\n", "cp1251"),
     ("日時,料金\n2026-11-26 14:03,0.03\n", "shift_jis"), ("날짜,비용\n2026-11-26,0.03\n", "euc_kr")],
)  # fmt: skip
def test_heads_in_many_languages_are_known(text, encoding):
    assert [line.micros for line in read(text, encoding)] == [30_000]


def test_a_title_and_a_sum_are_no_charges_and_lines_keep_their_numbers():
    text = (
        "\ufeffUsage of fluxweb\r\nNovember 2026;;\r\n\r\nDatum;Modell;Betrag (USD)\r\n26.11.2026;flux-dev;0,03\r\n"
        "27.11.2026;flux-dev;0,02\r\nSumme;;0,05\r\n"
    )
    assert [(line.number, line.micros) for line in read(text)] == [(5, 30_000), (6, 20_000)]


def test_excels_own_first_line_says_the_delimiter():
    assert read("sep=;\ntime;usd\n26.11.2026;0,03\n")[0].micros == 30_000


def test_a_markdown_table_is_read():
    assert read("| time | usd |\n| --- | --- |\n| 2026-11-26 | 0.03 |\n")[0].micros == 30_000


def test_a_column_of_amounts_decides_together():
    def amounts(*texts):
        return [line.micros for line in read("time;usd\n" + "".join(f"2026-11-26;{text}\n" for text in texts))]

    assert amounts("0.03", "1,000", "1,250.75") == [30_000, 1_000_000_000, 1_250_750_000]
    assert amounts("0,03", "1.000", "1 250,75", "-0,03") == [30_000, 1_000_000_000, 1_250_750_000, -30_000]
    problems = refusal("time;usd\n2026-11-26;0,03\n2026-11-26;1,000\n2026-11-26;7\n2026-11-26;2,500\n")
    assert problems == [
        "Line 3: “1,000” can mean $1.00 or $1,000.00. Write 1.00 or 1000.00.",
        "Line 5: “2,500” can mean $2.50 or $2,500.00. Write 2.50 or 2500.00.",
    ]


def test_a_column_of_dates_decides_together():
    text = "time,usd\n05/06/2026,1\n26/06/2026,1\n"
    assert [line.at.month for line in read(text)] == [6, 6]
    assert refusal("time,usd\n05/06/2026,1\n") == [
        "Line 2: “05/06/2026” can mean 2026-05-06 or 2026-06-05. Write it like that."
    ]


def test_a_zone_in_the_file_is_kept():
    [line] = read("time,usd\n2026-11-26T14:03:00+08:00,1\n")
    assert line.at.utcoffset() == timedelta(hours=8)
    assert read("time,usd\n1795701780,1\n")[0].at == AT.replace(tzinfo=UTC)


def test_of_a_price_and_what_it_came_to_the_latter_is_charged():
    assert read("time,unit price,quantity,total\n2026-11-26,0.03,3,0.09\n")[0].micros == 90_000
    assert read("time,price,cost\n2026-11-26,0.03,0.09\n")[0].micros == 90_000


@pytest.mark.parametrize("head", ["Time (UTC)", "created_at_utc", "Timestamp [GMT]", "Zeitpunkt (UTC)"])
def test_a_zone_in_the_head_is_kept(head):
    assert read(f"{head},Cost in US$\n2026-11-26 14:03,1\n")[0].at == AT.replace(tzinfo=UTC)
    assert read(f"{head},total (USD)\n2026-11-26T14:03:00+08:00,1\n")[0].at.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("time,usd\n2026-11-26,0,03\n", "Line 2: it has more cells than the head"),
        ("time,usd\n2026-11-26,5 €\n", "Line 2: “5 €” is in euros"),
        ("time,usd\n2026-11-26,¥5\n", "Line 2: “¥5” is in yen or yuan"),
        ("time,usd\n2026-11-26,3 cents\n", "Line 2: “3 cents” is in cents"),
        ("time,amount,currency\n2026-11-26,5,EUR\n", "Line 2: it is in euros"),
        ("time,amount,currency\n2026-11-26,5,gold\n", "Line 2: it is in “gold”"),
        ("Datum;Betrag (EUR)\n26.11.2026;5,00\n", "“Betrag (EUR)” is in euros"),
        ("time,amount_cents\n2026-11-26,3\n", "“amount_cents” is in cents"),
        ("time,金额（￥）\n2026-11-26,3\n", "is in yen or yuan"),
        ("time,usd\n2026-11-26,\n", "Line 2: No amount is given"),
        ("time,usd\n2026-11-26\n", "Line 2: No amount is given"),
        ("time,usd\n,5\n", "Line 2: it does not say when"),
        ("time,usd\n2026-11-26,0.0000001\n", "more than six decimals"),
        ("time,usd\n2026-11-26,20000000\n", "too much"),
        ('time,usd\n2026-11-26,"5\n', "Line 2: the double quotes do not match"),
        ("time,quota\n2026-11-26,15.5\n", "Line 2: the quota is no whole number"),
        ("time,quota\n2026-11-26,\"15,000\"\n", "Line 2: the quota “15,000” can mean 15 or 15000. Write one of them."),
        ("prompt,model\na cat,flux-dev\n", "No column says when"),
        ("\n\n\n", "No column says when"),
        (b"PK\x03\x04\x00\x00", "This is a workbook. Save it as CSV"),
        (b"%PDF-1.7", "This is a PDF"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)), "No column says when"),
    ],
)  # fmt: skip
def test_what_cannot_be_believed_is_said_by_its_line(content, says):
    assert says in refusal(content)[0]


def test_the_first_problems_are_named_and_not_all():
    assert len(refusal("time,usd\n" + "never,much\n" * 50)) == 5


def test_more_lines_than_a_file_may_have_are_refused():
    assert "more than 100,000 lines" in refusal("time,usd\n" + "2026-11-26,1\n" * 100_001)[0]


CELLS = st.text(alphabet="0123456789.,;\t|\"'-/: €$USDtimeusd\n年", max_size=20)


@given(st.lists(CELLS, max_size=8), st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-16", "gb18030"]))
def test_any_file_is_read_or_refused(cells, delimiter, encoding):
    text = delimiter.join(["time", "usd"]) + "\n" + "\n".join(cells)
    try:
        lines = read(text, encoding)
    except InvalidStatementFile:
        return
    assert all(isinstance(line.micros, int) for line in lines)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_words(content):
    assert refusal(content)


@given(
    st.lists(st.integers(-(10**9), 10**9), min_size=1),
    st.sampled_from([(",", ".", ""), (";", ",", "."), (";", ",", "\u202f"), ("\t", ".", ","), ("|", ",", "’")]),
)
def test_no_charge_is_read_as_another(amounts, marks):
    delimiter, point, group = marks
    amounts, rows = [1, *amounts], []  # with nothing but refunds it would be asked
    for micros in amounts:
        whole, rest = divmod(abs(micros), 1_000_000)
        rows.append(f"26.11.2026{delimiter}{'-' * (micros < 0)}{f'{whole:,}'.replace(',', group)}{point}{rest:06d}\n")
    assert [line.micros for line in read(f"time{delimiter}usd\n" + "".join(rows))] == amounts


@pytest.mark.parametrize("said", ["Usage", "consume", "2", "消费", "Verbrauch", "IMAGE", ""])
def test_every_word_for_a_charge_is_one(said):
    assert read(f"time,request_id,model,type,usd\n2026-11-26 14:03,req-1,flux-2-pro,{said},0.03\n") == [LINE]


@pytest.mark.parametrize("said", ["topup", "1", "充值", "Aufladung", "Deposit"])
def test_what_is_no_charge_is_left_out(said):
    head = "time,request_id,model,type,usd\n2026-11-26 14:03,req-1,flux-2-pro,consume,0.03\n"
    assert read(f"{head}2026-11-26 14:03,,,{said},10\n") == [LINE]


def test_a_type_that_nobody_knows_is_asked_about_and_not_left_out_unsaid():
    [problem] = refusal("time,request_id,model,type,usd\n2026-11-26 14:03,req-1,flux-2-pro,sundry,0.03\n")
    assert problem.startswith("Line 2: “sundry” in the column for the type is not known")


@pytest.mark.parametrize("head", ["Data;ID;Model;Kwota", "Tarih;ID;Model;Tutar", "Dato;ID;Model;Beløb"])
def test_columns_are_known_in_more_languages(head):
    assert read(f"{head}\n26.11.2026 14:03;req-1;flux-2-pro;0,03\n")[0].micros == 30_000


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b'[{"usd": 1}]', "JSON"), (b'{"usd": 1}', "JSON"), (b"<html>", "a web page"), (b"\x1f\x8b\x08", "a packed file")],
)
def test_a_file_of_another_kind_is_called_by_its_name(content, kind):
    assert refusal(content) == [f"This is {kind}. Save it as CSV, and choose that file."]
