"""What the columns of class lists are called: one row a platform, in the languages it is used in.

Case, accents, blanks and punctuation of a heading do not matter.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class PlatformColumns:
    """The headings of a platform's export, several of one column parted by ` | `.

    platform    its name
    source      where its headings are published: its own source or help, else programs that read its exports
    id          the student's id
    login       the user name; the id where no column holds one
    email       the address; the id where there is no user name either
    last_name   the family name; also a whole name's beside a first name
    first_name  the given name
    name        the whole name, `Last, First` or as it is written
    number      the platform's own number of the student, which nobody else knows; read beside `login` and `name` alone
    skipped     what stands in the place of the id or name in lines that are no students
    """

    platform: str
    source: str
    id: str = ""
    login: str = ""
    email: str = ""
    last_name: str = ""
    first_name: str = ""
    name: str = ""
    number: str = ""
    skipped: str = ""


PLATFORMS = (
    PlatformColumns(
        "any", "what lists are headed with by hand, in the languages of the page and some others",
        id="id | student id | student number | student no | student nr | id number | student identifier | sid | "
           "matriculation number | matriculation no | matriculation nr | matriculation | registration number | "
           "roll number | roll no | matrikelnummer | matrikelnr | matrikel nr | matrikel | matr nr | mat nr | "
           "numéro étudiant | matricola | número de alumno | öğrenci no | nr albumu | студенческий билет",
        login="user id | user name | username | login | login id | kennung | benutzername | nutzername | "
              "identifiant | usuario | логин | пайдаланушы аты",
        email="e mail | mail | email address | e mail address | e mail adresse | adresse e mail | correo | correo "
              "electrónico | posta elettronica | почта | электронная почта | пошта | эл почта | 邮箱 | 电子邮件",
        last_name="last | last name | surname | family name | nachname | familienname | nom | nom de famille | "
                  "apellidos | apellido | cognome | sobrenome | soyadı | nazwisko | фамилия | тегі | achternaam",
        first_name="first | first name | given name | given names | forename | vorname | prénom | nombre | nome | "
                   "adı | imię | имя | аты | voornaam",
        name="full name | student | student name | display name | vollständiger name | nom complet | фио | "
             "аты жөні | 姓名 | nombre completo | name und vorname",
    ),
    PlatformColumns(
        "Moodle", "moodle/moodle, lang/en/moodle.php: firstname, lastname, idnumber, email; its language packs",
        id="id number | ID-Nummer | numéro d'identification | número de id | número de identificação | codice "
           "identificativo | индивидуальный номер | numer id | id nummer | 学号",
        email="email address | e-mail-adresse | adresse de courriel | dirección de correo | dirección email | "
              "indirizzo email | adres e-mail | адрес электронной почты | e-posta adresi | e-mailadres | 电子邮件地址",
    ),
    PlatformColumns(
        "Canvas", "instructure/canvas-lms, lib/gradebook_importer.rb",
        id="sis user id", login="sis login id", name="student", number="id",
        skipped="points possible | student, test | test student",
    ),
    PlatformColumns(
        "Blackboard", "help.blackboard.com, Learn, Instructor: Work Offline with Grade Data",
        id="student id", login="username",
    ),
    PlatformColumns(
        "Brightspace", "community.d2l.com, article 3538, Importing grades", id="org defined id", login="username",
        email="email",
    ),
    PlatformColumns(
        "Google Classroom", "support.google.com/edu/classroom: Download grades as CSV", email="email address",
        skipped="points | due date",
    ),
    PlatformColumns(
        "ILIAS", "ILIAS-eLearning/ILIAS, lang/ilias_de.lang and ilias_en.lang: login, matriculation; "
        "ilifau/ExerciseStatusFile: login, lastname, firstname",
        id="matriculation number | matrikelnummer", login="login | anmeldename",
    ),
    PlatformColumns(
        "OpenOlat", "OpenOLAT/OpenOLAT, org.olat.user, LocalStrings: institutionalUserIdentifier, username",
        id="matrikelnummer | institutional identifier", login="benutzername",
    ),
    PlatformColumns(
        "Stud.IP", "programs that read its lists of participants, with Nutzername or Benutzername",
        id="matrikelnummer", login="nutzername | benutzername",
    ),
    PlatformColumns(
        "HIS", "programs that read lists of examinations between startHISsheet and endHISsheet",
        id="mtknr | matrikelnr", skipped="endhissheet",
    ),
    PlatformColumns("LSF", "lists of participants of universities that use it", id="matrikelnr"),
    PlatformColumns(
        "CAMPUSonline", "ls1intum/Artemis, students-exam-import-dialog; RWTHonline's and TUMonline's lists",
        id="registration number | matrikelnummer", email="email address",
        last_name="family name of student", first_name="first name of student",
    ),
    PlatformColumns("Gradescope", "its roster as CSV: First Name,Last Name,SID,Email", id="sid", email="email"),
    PlatformColumns(
        "GitHub Classroom", "its roster as CSV: identifier,github_username,github_id,name",
        login="identifier | roster identifier",
    ),
    PlatformColumns("Platonus", "lists of universities that use it", id="жсн | иин | iin"),
)  # fmt: skip
"""The table of known headings; a new platform is a row."""

KEYS = ("id", "login", "email", "last_name", "first_name", "name")


def heading_key(column: str) -> str:
    """The name of a column as it is compared.

    >>> heading_key("Student_ID"), heading_key(" E-Mail ")
    ('studentid', 'email')
    """
    plain = unicodedata.normalize("NFKD", column.casefold())
    return "".join(c for c in plain if c.isalnum())


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split("|") if name.strip()]


COLUMNS: Mapping[str, tuple[str, ...]] = {
    key: tuple(dict.fromkeys((key, *(name for row in PLATFORMS for name in _names(getattr(row, key)))))) for key in KEYS
}
"""The columns that are read, and the names they go by."""

SPELLINGS = {heading_key(name): key for key, names in COLUMNS.items() for name in names}
"""Every heading that is known, as it is compared, and what it means."""
_NUMBERS = [(row, heading_key(row.number)) for row in PLATFORMS if row.number]
_SKIPPED = {heading_key(name) for row in PLATFORMS for name in _names(row.skipped)}
assert {field.name for field in fields(PlatformColumns)} >= set(KEYS)


def column_keys(headings: list[str]) -> list[str]:
    """What each heading of a line means: one of KEYS, `number`, or "" where that is not known."""
    folded = [heading_key(heading) for heading in headings]
    keys = [SPELLINGS.get(name, "") for name in folded]
    for row, number in _NUMBERS:
        if all({heading_key(name) for name in _names(names)} & set(folded) for names in (row.login, row.name)):
            keys = ["number" if name == number else key for name, key in zip(folded, keys, strict=True)]
    return keys


def is_no_student(text: str) -> bool:
    """Whether a platform writes this into the place of an id or name in lines of its own."""
    return heading_key(text) in _SKIPPED
