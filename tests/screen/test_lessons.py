"""Lessons: a file that is read or refused by line and field, its words, and the proof of it."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.lessons import checking, signing
from ui.lessons.lesson import BadLesson, Lesson, known, read
from ui.lessons.template import TEMPLATE
from ui.look.prose import inline, prose
from ui.settings import lessons

COURSE = lessons.of_the_course()


def written(tmp_path, text, name="01-mine.md"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(tmp_path, text) -> str:
    with pytest.raises(BadLesson) as bad:
        read(written(tmp_path, text))
    return "\n".join(map(str, bad.value.problems))


# -- files


def test_every_lesson_of_the_course_can_be_read_and_has_a_solution():
    assert len(COURSE) >= 12
    for name in COURSE:
        lesson = known(name)
        assert isinstance(lesson, Lesson), (name, lesson)
        assert lesson.solution and lesson.hints, name
        assert lesson.hints[-1].when is None, f"{name} has a hint for whatever is on screen"


def test_the_course_ends_with_two_challenges_that_are_scored():
    scored = [name for name in COURSE if known(name).score]
    assert scored == list(COURSE)[-2:]


def test_the_template_is_a_lesson(tmp_path):
    lesson = read(written(tmp_path, TEMPLATE))
    assert lesson.name == "mine" and lesson.page.name == "gradient_flow"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('title = "', 'titel = "', r"line 3, titel: there is no such field \(did you mean title"),
        ('title = "The name in the list"', "title = 3", r"line 3, title: it must be a text, got 3"),
        ('"gradient_flow"', '"gradient_flw"', r"line 6, page: .*did you mean gradient_flow"),
        ('move = ["gain"]', 'move = ["gian"]', r"line 9, move: .*'gian' \(did you mean gain"),
        ('move = ["gain"]', "move = []", r"line 9, move: it must name"),
        (
            "log10_reach > -1 and",
            "log10_rech > -1 and",
            r"line 11, goal: .*did you mean log10_reach",
        ),
        ("log10_reach > -1 and", "open(1) and", r"line 11, goal: .*no calls"),
        (
            "{gain = 1.5}",
            "{seq_len = 10}",
            r"line 13, solution: it moves seq_len, which the lesson",
        ),
        ("gain = 0.7", "gain = 99", r"line 18, start: gain must be from 0 to 10, got 99"),
        ("gain = 0.7", 'gain = "much"', r"line 18, start: gain must be a number, got 'much'"),
        ("gain = 0.7", "gain = 7", r"line 18, start: W_h scale must be a number from 0 to 3"),
        (
            'activation = "tanh"',
            'activation = "tahn"',
            r"line 17, start: activation must be one of",
        ),
        ("seq_len = 60", "seq_length = 60", r"line 19, start: .*did you mean seq_len"),
        ('when = "log10_reach >= 1"', 'when = "log10_reach >="', r"line 23, hint: when: it cannot"),
        (
            "multiplies by {factor}",
            "multiplies by {facto}",
            r"line 25, hint: .*did you mean factor",
        ),
        ("ρ is {rho}", "ρ is {roh}", r"line 28, words: .*did you mean rho"),
        ("## When you have it", "## Afterwards", r"words: there is nothing under a heading"),
        ("[start]", "[start", r"line 16, header: no TOML"),
        ("+++\n# The", "# The", r"line 1, header: a lesson begins with its header"),
    ],
)
def test_what_is_wrong_is_said_by_line_and_field(tmp_path, old, new, says):
    assert TEMPLATE.count(old) >= 1
    assert re.search(says, problems(tmp_path, TEMPLATE.replace(old, new, 1)))


def test_every_problem_of_a_file_is_said_at_once(tmp_path):
    text = TEMPLATE.replace("gain = 0.7", "gain = 99").replace("{rho}", "{roh}")
    assert len(problems(tmp_path, text).splitlines()) == 2


@given(text=st.text(max_size=300))
def test_any_file_is_a_lesson_or_refused(tmp_path_factory, text):
    path = written(tmp_path_factory.mktemp("any"), f"+++\n{text}\n+++\nwords\n")
    with pytest.raises(BadLesson):
        read(path)


@given(
    lines=st.lists(
        st.sampled_from([*TEMPLATE.splitlines(), "+++", "goal = 3", "[[hint]]", "hint = 1", "x"]),
        max_size=40,
    )
)
def test_any_mixture_of_lines_is_a_lesson_or_refused(tmp_path_factory, lines):
    path = written(tmp_path_factory.mktemp("any"), "\n".join(lines))
    try:
        read(path)
    except BadLesson as bad:
        assert all(problem.line >= 1 and problem.why for problem in bad.problems)


def test_a_file_that_is_no_text_or_too_large_is_refused(tmp_path):
    path = tmp_path / "01-mine.md"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadLesson, match="UTF-8"):
        read(path)
    path.write_text(TEMPLATE + "x" * 50_000)
    with pytest.raises(BadLesson, match="40,000 bytes"):
        read(path)
    with pytest.raises(BadLesson, match="small letters"):
        read(written(tmp_path, TEMPLATE, "My Lesson.md"))


def test_a_teachers_folder_is_read_and_no_link_leads_out_of_it(tmp_path, monkeypatch):
    folder = tmp_path / "own"
    folder.mkdir()
    written(folder, TEMPLATE, "02-second.md")
    written(folder, TEMPLATE, "01-first.md")
    written(folder, TEMPLATE.replace("The name in the list", "Mine"), "03-saturation.md")
    secret = written(tmp_path, TEMPLATE, "09-secret.md")
    (folder / "04-out.md").symlink_to(secret)
    monkeypatch.setenv(lessons.LESSONS, str(folder))
    assert list(lessons.of_the_teacher()) == ["first", "second", "saturation"]
    assert known("saturation").title == "Mine", "it stands in place of the course's"
    assert known("secret") is None and known("out") is None and known("../first") is None
    assert "second" in lessons.LIBRARY and "nothing" not in lessons.LIBRARY


# -- words


def test_of_markdown_a_little_is_markup_and_nothing_else():
    assert prose("W_h *is* **not** `x`\n\n- a\n- b") == (
        "<p>W<sub>h</sub> <em>is</em> <strong>not</strong> <code>x</code></p>"
        "<ul><li>a</li><li>b</li></ul>"
    )
    assert inline("2 * 3 * 4 <script>") == "2 * 3 * 4 &lt;script&gt;"
    assert 'data-to="clipping?cliff_w=6"' in inline("[the cliff](clipping?cliff_w=6)")
    assert "href" not in inline("[x](javascript:alert(1))")
    assert 'href="https://a.org/&quot;"' in inline('[x](https://a.org/")')


@given(st.text(max_size=80))
def test_no_text_brings_an_element_of_its_own(text):
    tags = re.findall(r"<(\w+)", prose(text))
    assert set(tags) <= {"p", "ul", "li", "em", "strong", "code", "a", "sub", "sup"}


# -- proof


@pytest.fixture
def secret(monkeypatch):
    monkeypatch.setenv(signing.SECRET, "a secret of some length")


def code_of(name="Ada Lovelace", met=("saturation", "gates"), score=0):
    receipts = [signing.check_receipt(one, signing.receipt(one, score)) for one in met]
    return signing.completion(name, receipts)


def test_a_code_says_who_what_and_when(secret):
    found = signing.check(code_of(score=240))
    assert found.name == "Ada Lovelace" and found.day == datetime.now(UTC).date()
    assert [name for name, _, _ in found.receipts] == ["saturation", "gates"]
    assert found.score == 480 and isinstance(found.day, date)


def test_a_code_is_read_as_people_type_it(secret):
    code = code_of()
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{1,5}-?)+", code)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert signing.check(typed) == signing.check(code)


@given(data=st.data())
def test_an_altered_code_is_refused(data):
    code = code_of().replace("-", "")
    at = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(
        st.sampled_from([c for c in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" if c != code[at]])
    )
    for forged in (code[:at] + other + code[at + 1 :], code[:at] + code[at + 1 :], code + other):
        with pytest.raises(signing.Refused):
            signing.check(forged)


@given(st.text(max_size=120))
def test_any_text_is_no_code(text):
    with pytest.raises(signing.Refused) as refused:
        signing.check(text)
    assert str(refused.value)


def test_a_receipt_is_of_its_lesson_alone_and_no_code(secret):
    receipt = signing.receipt("saturation")
    assert signing.check_receipt("saturation", receipt).lesson == "saturation"
    with pytest.raises(signing.Refused):
        signing.check_receipt("gates", receipt)
    with pytest.raises(signing.Refused):
        signing.check(receipt)
    with pytest.raises(signing.Refused):
        signing.check_receipt("saturation", code_of())


def test_another_secret_signs_otherwise(secret, monkeypatch):
    code = code_of()
    monkeypatch.setenv(signing.SECRET, "another secret altogether")
    with pytest.raises(signing.Refused, match="not signed here"):
        signing.check(code)


def test_a_secret_that_is_too_short_is_none(monkeypatch):
    monkeypatch.setenv(signing.SECRET, "short")
    assert not signing.lasting()
    signing.check(code_of())  # signed with the key of this process


def test_names_are_kept_to_one_line_of_forty_characters(secret):
    assert signing.check(code_of(" A\nda\u202e  L. ")).name == "A da L."
    assert len(signing.check(code_of("é" * 90)).name) == 40
    with pytest.raises(signing.Refused, match="needs a name"):
        code_of(" \n ")
    with pytest.raises(signing.Refused, match="1 to 60 lessons"):
        signing.completion("Ada", [])


def test_a_list_of_codes_is_checked_line_by_line(secret):
    ada, bob = code_of(), code_of("Bob", ("gates",))
    rows = checking.check_lines(f"{ada}\n\nBob, {bob}\nEve; {bob}\nMallory\t{bob[:-1]}\nnothing\n")
    assert [row.line for row in rows] == [1, 3, 4, 5, 6]
    assert [bool(row.found) for row in rows] == [True, True, True, False, False]
    assert rows[1].trouble == "" and rows[2].trouble == "the same code as line 3"
    assert rows[3].given == "Mallory" and "no valid code" in rows[3].trouble
    assert checking.check_lines(f"Eve, {bob}")[0].trouble == "handed in as “Eve”"
    table = checking.as_csv(rows)
    assert table.splitlines()[0] == ",".join(checking.COLUMNS) and "Ada Lovelace" in table
    assert len(checking.check_lines(f"{bob}\n" * 1500)) == checking.MOST_LINES + 1
