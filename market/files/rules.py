"""What holds for uploads: which types are taken, what a name may be, how many one thing may have."""

import re
import unicodedata
import zipfile
from io import BytesIO
from pathlib import PurePosixPath
from typing import NamedTuple

MOST_FILES = 20  # for one thing, such as a version of a deliverable
MOST_NAME = 120


class Taken(NamedTuple):
    """A type that is taken: what it is called, its usual endings, and whether it is an image that is encoded anew."""

    media_type: str
    words: str
    endings: tuple[str, ...]
    is_image: bool = False


PDF = Taken("application/pdf", "PDF", (".pdf",))
PNG = Taken("image/png", "PNG", (".png",), True)
JPEG = Taken("image/jpeg", "JPEG", (".jpg", ".jpeg"), True)
WEBP = Taken("image/webp", "WebP", (".webp",), True)
GIF = Taken("image/gif", "GIF", (".gif",), True)
TEXT = Taken("text/plain", "text", (".txt", ".md", ".csv", ".tsv", ".log"))
JSON = Taken("application/json", "JSON", (".json",))
ZIP = Taken("application/zip", "ZIP", (".zip",))
DOCX = Taken(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word document", (".docx",)
)
XLSX = Taken("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel sheet", (".xlsx",))
PPTX = Taken(
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "PowerPoint slides",
    (".pptx",),
)
ODT = Taken("application/vnd.oasis.opendocument.text", "OpenDocument text", (".odt",))
ODS = Taken("application/vnd.oasis.opendocument.spreadsheet", "OpenDocument sheet", (".ods",))
ODP = Taken("application/vnd.oasis.opendocument.presentation", "OpenDocument slides", (".odp",))
MP4 = Taken("video/mp4", "MP4 video", (".mp4", ".m4v", ".m4a", ".mov"))
MP3 = Taken("audio/mpeg", "MP3", (".mp3",))
SVG = Taken("image/svg+xml", "SVG", (".svg",))
ALL = (PDF, PNG, JPEG, WEBP, GIF, TEXT, JSON, ZIP, DOCX, XLSX, PPTX, ODT, ODS, ODP, MP4, MP3, SVG)
TAKEN_WORDS = (
    "PDF, PNG, JPEG, WebP, GIF, SVG, text, CSV, JSON, Word, Excel, PowerPoint, OpenDocument, ZIP, MP4, MP3"
)

_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_MARKUP = re.compile(
    rb"(?is)^\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|iframe|svg|[a-z]+:html)\b"
)
_SVG_START = re.compile(rb"(?is)^\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!doctype\s+svg[^>]*>\s*)*<svg\b")


def clean_name(name: str) -> str:
    """A name that is safe to show and to save under on any system; never a path, never empty."""
    bare = PurePosixPath(name.replace("\\", "/")).name
    bare = unicodedata.normalize("NFC", bare)
    bare = "".join(c for c in bare if unicodedata.category(c)[0] != "C")
    bare = re.sub(r"[<>:\"|?*/\\]+", "-", bare)
    bare = " ".join(bare.split()).strip(". ")
    if not bare or _RESERVED.match(bare):
        bare = f"file-{bare}".rstrip("-")
    if len(bare) > MOST_NAME:
        stem, dot, ending = bare.rpartition(".")
        bare = (
            f"{stem[: MOST_NAME - len(ending) - 1]}.{ending}"
            if dot and len(ending) <= 10
            else bare[:MOST_NAME]
        )
    return bare


def ending_of(name: str) -> str:
    return PurePosixPath(name.casefold()).suffix


def type_of(content: bytes) -> Taken | None:
    """What the content is, from its own first bytes; None when it is nothing that is taken."""
    head = content[:4096]
    if head[:1024].lstrip().startswith(b"%PDF-"):
        return PDF
    for mark, taken in (
        (b"\x89PNG\r\n\x1a\n", PNG),
        (b"\xff\xd8\xff", JPEG),
        (b"GIF87a", GIF),
        (b"GIF89a", GIF),
    ):
        if head.startswith(mark):
            return taken
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return MP4
    if head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return MP3
    if head.startswith(b"PK\x03\x04"):
        return _type_of_zip(content)
    if _SVG_START.match(head):
        return SVG
    return _type_of_text(content)


def _type_of_zip(content: bytes) -> Taken | None:
    """An office document by what lies in it, else a plain archive; None for one that cannot be read."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            if names and names[0] == "mimetype":
                kind = (
                    archive.read("mimetype")[:100].decode("ascii", "replace")
                    if archive.getinfo("mimetype").file_size < 200
                    else ""
                )
                return next((t for t in (ODT, ODS, ODP) if t.media_type == kind), ZIP)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, OSError):
        return None
    if "[Content_Types].xml" not in names:
        return ZIP
    folders = {name.partition("/")[0] for name in names}
    found = next(
        (taken for folder, taken in (("word", DOCX), ("xl", XLSX), ("ppt", PPTX)) if folder in folders), ZIP
    )
    return None if any(name.endswith("vbaProject.bin") for name in names) else found


def _type_of_text(content: bytes) -> Taken | None:
    """Text, in UTF-8 and without control signs; not a web page, which is text that a browser would run."""
    if b"\x00" in content or _MARKUP.match(content[:4096]):
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if any(unicodedata.category(c) == "Cc" and c not in "\t\n\r\f" for c in text[:100_000]):
        return None
    return JSON if text.lstrip()[:1] in ("{", "[") and text.rstrip()[-1:] in ("}", "]") else TEXT


def media_type_of(found: Taken, name: str) -> str:
    """What a download says it is; CSV is told from the name, since its content is any text."""
    return "text/csv" if found is TEXT and ending_of(name) == ".csv" else found.media_type


def complaint(name: str, content: bytes, most_bytes: int) -> str:
    """Why an upload is not taken, as a sentence; empty when it is."""
    if not content:
        return "This file is empty."
    if len(content) > most_bytes:
        return f"This file has {len(content) / 1_048_576:.1f} MB. At most {most_bytes / 1_048_576:.0f} MB are taken."
    found, ending = type_of(content), ending_of(clean_name(name))
    if found is None:
        return f"This kind of file is not taken. Send one of {TAKEN_WORDS}."
    claimed = next((t for t in ALL if ending in t.endings), None)
    if claimed is None and found is not TEXT:
        return f"The name should say what this is: inside it is {found.words}, so end it with {found.endings[0]}."
    if claimed is not None and claimed is not found and not (claimed is TEXT and found is JSON):
        if claimed is JSON and found is TEXT:
            return "The name says JSON, but what is inside is no JSON."
        return f"The name says {claimed.words}, but inside it is {found.words}. Send it as what it is."
    if claimed is None:
        return f"Files that end with {ending or 'nothing'} are not taken. Send one of {TAKEN_WORDS}."
    return ""
