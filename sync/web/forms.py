"""The upload form: files and how to read them. What they mean is decided by the domain."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from mdm.domains.pack import Pack
from mdm.governance.models import IdType
from sync.ingestion.layouts import HEADER

ACCEPT = ".csv,.tsv,.txt,.xlsx"
DELIMITERS = [
    ("", _("Find out")),
    (",", _("Comma")),
    (";", _("Semicolon")),
    ("\t", _("Tab")),
    ("|", _("Bar")),
]
ENCODINGS = [("", _("Find out")), ("utf-8", "UTF-8"), ("utf-16", "UTF-16"), ("cp1252", "Windows-1252")]


class UploadForm(forms.Form):
    """Files of one id type. Related files are named after the groups of its domain."""

    layout = forms.ChoiceField(
        label=_("Layout"),
        required=False,
        help_text=_("How columns become attributes. Automatic finds the one that fits."),
    )
    full = forms.BooleanField(
        label=_("The file lists every record"), required=False, help_text=_("Records it does not list end.")
    )
    absent_limit = forms.CharField(
        label=_("Refuse when more than this share would end"), initial="10%", max_length=10, required=False
    )
    encoding = forms.ChoiceField(label=_("Encoding"), choices=ENCODINGS, required=False)
    delimiter = forms.ChoiceField(label=_("Delimiter"), choices=DELIMITERS, required=False)
    sheet = forms.CharField(label=_("Sheet of a workbook"), max_length=100, required=False)

    def __init__(self, *args: object, id_type: IdType, pack: Pack, layouts: list[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["layout"].choices = [("", _("Automatic")), *((name, name) for name in layouts)]  # type: ignore[attr-defined]
        picker = forms.ClearableFileInput(attrs={"accept": ACCEPT})
        self.fields[HEADER] = forms.FileField(
            label=_("File with one row per record"), required=False, widget=picker, help_text="CSV, TSV, XLSX"
        )
        for name, group in pack.groups.items():
            widget = forms.ClearableFileInput(attrs={"accept": ACCEPT})
            self.fields[f"related-{name}"] = forms.FileField(label=group.label, required=False, widget=widget)
        if id_type.scope_kind:
            self.fields["scope"] = forms.CharField(
                label=id_type.scope_kind.capitalize(), max_length=80, required=False,
                help_text=_("Leave empty where a column holds it."),
            )  # fmt: skip

    @property
    def related(self) -> Iterator[forms.BoundField]:
        """The file fields of the groups."""
        return (self[name] for name in self.fields if name.startswith("related-"))

    @property
    def reading(self) -> list[forms.BoundField]:
        """The fields about how files are read."""
        return [self[name] for name in ("encoding", "delimiter", "sheet")]

    def sent_files(self) -> dict[str, UploadedFile[bytes]]:
        """Return the files sent, by object."""
        sent = {HEADER: self.cleaned_data.get(HEADER)}
        for name in self.fields:
            if name.startswith("related-"):
                sent[name.removeprefix("related-")] = self.cleaned_data.get(name)
        return {name: file for name, file in sent.items() if file}
