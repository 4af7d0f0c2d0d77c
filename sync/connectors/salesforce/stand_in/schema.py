"""The objects of the stand-in's org and their fields, as its describe tells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

EXTERNAL_ID: Final = "MDM_Id__c"


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str = "string"
    length: int = 0
    required: bool = False
    picklist: tuple[str, ...] = ()
    system: bool = False

    @property
    def external_id(self) -> bool:
        return self.name == EXTERNAL_ID

    def described(self) -> dict[str, Any]:
        """The field as describe has it."""
        return {
            "name": self.name,
            "label": self.name.removesuffix("__c").replace("_", " "),
            "type": "picklist" if self.picklist else self.type,
            "length": self.length,
            "nillable": not self.required,
            "externalId": self.external_id,
            "unique": self.external_id,
            "createable": not self.system,
            "updateable": not self.system,
            "defaultedOnCreate": False,
            "restrictedPicklist": bool(self.picklist),
            "picklistValues": [{"value": value, "active": True} for value in self.picklist],
        }


_SYSTEM: Final = (
    Field("Id", "id", 18, required=True, system=True),
    Field("IsDeleted", "boolean", required=True, system=True),
    Field("MasterRecordId", "reference", 18, system=True),
    Field("CreatedDate", "datetime", required=True, system=True),
    Field("SystemModstamp", "datetime", required=True, system=True),
)
_OURS: Final = (
    Field(EXTERNAL_ID, length=64),
    Field("MDM_Status__c", length=40, picklist=("Active", "Blocked", "Retired")),
    Field("ERP_Id__c", length=40),
)


def _address(prefix: str) -> tuple[Field, ...]:
    return (
        Field(f"{prefix}Street", "textarea", 255),
        Field(f"{prefix}City", length=40),
        Field(f"{prefix}State", length=80),
        Field(f"{prefix}PostalCode", length=20),
        Field(f"{prefix}Country", length=80),
    )


OBJECTS: Final[dict[str, tuple[Field, ...]]] = {
    "Account": (
        *_SYSTEM,
        *_OURS,
        Field("Name", length=255, required=True),
        Field("AccountNumber", length=40),
        Field("Type", length=40, picklist=("Customer", "Vendor", "Customer and vendor", "Prospect", "Other")),
        Field("Phone", "phone", 40),
        Field("Website", "url", 255),
        Field("TaxId__c", length=40),
        *_address("Billing"),
    ),
    "Contact": (
        *_SYSTEM,
        *_OURS,
        Field("FirstName", length=40),
        Field("LastName", length=80, required=True),
        Field("Email", "email", 80),
        Field("Phone", "phone", 40),
        Field("MobilePhone", "phone", 40),
        Field("Birthdate", "date"),
        *_address("Mailing"),
    ),
    "Product2": (
        *_SYSTEM,
        *_OURS,
        Field("Name", length=255, required=True),
        Field("ProductCode", length=255),
        Field("IsActive", "boolean"),
    ),
}
PREFIXES: Final = {"Account": "001", "Contact": "003", "Product2": "01t"}


def field_of(object: str, name: str) -> Field | None:
    for field in OBJECTS[object]:
        if field.name.lower() == name.lower():
            return field
    return None
