"""The page on which a person sees what arrived. It says on every view that this is no Salesforce."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from sync.connectors.salesforce.stand_in import LABEL

_STYLE = """
:root{color-scheme:light dark}body{font:14px/20px system-ui,sans-serif;margin:0}main{padding:16px 24px}
header{background:#8a5200;color:#fff;padding:12px 24px;font-weight:600}header span{font-weight:400}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:6px 12px;border-bottom:1px solid #8884}
td.id,td.code{font-family:ui-monospace,monospace;font-size:12px}input{font:inherit;padding:4px 8px}
"""


def listed(object: str, rows: Sequence[Mapping[str, Any]], query: str, total: int) -> str:
    """The records of one object, newest first."""
    head = ("Id", "MDM_Id__c", "Name", "City", "ERP_Id__c", "Status", "Changed")
    body = "".join(f"<tr>{_cells(object, row)}</tr>" for row in rows)
    other = "Contact" if object == "Account" else "Account"
    return _page(
        f"{object}: {total:,} records",
        f'<form><input name="q" value="{escape(query)}" placeholder="Name or MDM id" aria-label="Name or MDM id">'
        f' <button>Search</button> <a href="/{other}">{other}s</a></form>'
        f"<table><thead><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr></thead><tbody>{body}</tbody></table>",
    )


def shown(object: str, row: Mapping[str, Any]) -> str:
    """One record with every field."""
    body = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>"
        for name, value in row.items()
        if value is not None
    )
    return _page(f"{object} {row['Id']}", f'<p><a href="/{object}">All {object}s</a></p><table>{body}</table>')


def name_of(row: Mapping[str, Any]) -> str:
    return str(row.get("Name") or " ".join(filter(None, (row.get("FirstName"), row.get("LastName")))))


def _cells(object: str, row: Mapping[str, Any]) -> str:
    link = f'<a href="/lightning/r/{object}/{row["Id"]}/view">{escape(str(row["Id"]))}</a>'
    values = (
        ("id", link),
        ("code", escape(str(row["MDM_Id__c"] or ""))),
        ("", escape(name_of(row))),
        ("", escape(str(row.get("BillingCity") or row.get("MailingCity") or ""))),
        ("code", escape(str(row["ERP_Id__c"] or ""))),
        ("", escape(str(row["MDM_Status__c"] or ""))),
        ("", escape(str(row["SystemModstamp"])[:19].replace("T", " "))),
    )
    return "".join(f'<td class="{kind}">{text}</td>' for kind, text in values)


def _page(title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)} · {LABEL}</title>'
        f"<style>{_STYLE}</style><header>{LABEL} <span>– no Salesforce: a small server of Touchstone's demo and tests"
        f"</span></header><main><h1>{escape(title)}</h1>{content}</main></html>"
    )
