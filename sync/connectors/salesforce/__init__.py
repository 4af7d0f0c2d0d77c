"""Salesforce: accounts and contacts by an external id of ours, over its REST API.

Its stand-in is a kind of its own. Each refuses to talk to the other's server, so that neither is taken for the other.
"""

from __future__ import annotations

from typing import Final

from sync.connectors.interface import Connector
from sync.connectors.registry import Kind, register
from sync.connectors.salesforce.stand_in import STAND_IN
from sync.connectors.settings import ConnectionSettings, DefaultLimits, SettingField


def _build(settings: ConnectionSettings) -> Connector:
    from sync.connectors.salesforce.connector import SalesforceConnector

    return SalesforceConnector(settings)


_FIELDS: Final = (
    SettingField("client_id", "Consumer key", required=True, help="Of the connected app."),
    SettingField("client_secret", "Consumer secret", secret=True, required=True),
    SettingField("api_version", "API version", default="v66.0"),
    SettingField("external_id", "External id field", default="MDM_Id__c", help="Text 64, external id, unique."),
    SettingField("status_field", "Status field", default="MDM_Status__c", help="Says Active, Blocked or Retired."),
    SettingField(
        "quota_share", "Share of the daily quota (%)", default="20", help="Beyond it nothing is sent that day."
    ),
)
_OBJECTS: Final = {"party": ("Account", "Contact"), "material": ("Product2",)}
register(
    Kind("salesforce", "Salesforce", build=_build, fields=_FIELDS, objects=_OBJECTS, limits=DefaultLimits(slots=8))
)
register(
    Kind(
        STAND_IN,
        "Stand-in for Salesforce",
        build=_build,
        fields=_FIELDS,
        objects=_OBJECTS,
        limits=DefaultLimits(slots=8),
        labelled_as="stand-in, no Salesforce",
    )
)
