"""Every error leaves in one envelope: `{"error": {"code", "message", "field?", "details?"}}` with the fitting status."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from advisor.domain import errors as e

log = logging.getLogger(__name__)

_STATUS: dict[type[e.SmartInvestError], int] = {
    e.InvalidInput: 422,
    e.IdempotencyMismatch: 422,
    e.InfeasibleConstraints: 422,
    e.CurrencyNotServed: 422,
    e.NotEnoughHistory: 422,
    e.Unauthorised: 401,
    e.NotFound: 404,
    e.UnknownSymbol: 404,
    e.Conflict: 409,
    e.TooManyAttempts: 429,
    e.CodeChanged: 409,
    e.RateLimited: 503,
    e.SourceUnavailable: 503,
    e.StalePrices: 503,
    e.StorageError: 503,
    e.UnreadableData: 500,
}
# Python renames the phrases of statuses from version to version; clients rely on the code, and people read the sentence.
_SAID: dict[int, tuple[str, str]] = {
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this method."),
    408: ("request_timeout", "The request took too long to arrive. Please try again."),
    413: ("content_too_large", "This message is too large. A text may have up to 16 KiB."),
    422: ("invalid_input", "The body could not be read. It must be JSON in UTF-8."),
}
# What the validation finds, for people; findings that are not named here have a sentence of their own or of the library's.
_SENTENCES = {
    "extra_forbidden": "There is no field of this name here.",
    "missing": "This field is needed.",
    "literal_error": "This must be one of {expected}.",
    "enum": "This must be one of {expected}.",
    "bool_type": "This must be true or false.",
    "string_type": "This must be a text.",
    "string_too_short": "This text is too short: at least {min_length} characters.",
    "string_too_long": "This text is too long: at most {max_length} characters.",
    "string_pattern_mismatch": "This is not written in the form that is needed here: {pattern}",
    "list_type": "This must be a list.",
    "tuple_type": "This must be a list.",
    "dict_type": "This must be an object.",
    "model_type": "This must be an object.",
    "model_attributes_type": "This must be an object.",
    "too_short": "These are too few: at least {min_length}.",
    "too_long": "These are too many: at most {max_length}.",
    "greater_than": "This must be above {gt}.",
    "greater_than_equal": "This must be at least {ge}.",
    "less_than": "This must be below {lt}.",
    "less_than_equal": "This must be at most {le}.",
    "finite_number": "This must be a number.",
    **dict.fromkeys(("float_type", "float_parsing", "int_type", "int_parsing"), "This must be a number."),
    "int_from_float": "This must be a whole number.",
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        "This must be a date such as 2016-07-01.",
    ),
}
_NOT_AN_OBJECT = frozenset({"model_attributes_type", "model_type", "dict_type", "missing"})


class ErrorDetail(BaseModel):
    """What went wrong."""

    code: str = Field(description="Stable, for programs")
    message: str = Field(description="A sentence for people")
    field: str | None = Field(None, description="The input at fault, where there is one")
    details: dict[str, Any] | None = None


class ErrorBody(BaseModel):
    """The envelope of every error."""

    error: ErrorDetail


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: these statuses carry the envelope. Any route may have been asked too often (429)."""
    known = sorted({*statuses, HTTPStatus.TOO_MANY_REQUESTS})
    return {status: {"model": ErrorBody, "description": HTTPStatus(status).phrase} for status in known}


def envelope(status: int, code: str, message: str, field: str | None = None, details: Any = None) -> JSONResponse:
    """The envelope as a response."""
    error: dict[str, Any] = {"code": code, "message": message}
    if field:
        error["field"] = field
    if details:
        error["details"] = details
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse({"error": error}, status, headers)


def too_many(error: e.TooManyAttempts) -> JSONResponse:
    """The envelope of somebody who asked too often, with the seconds to wait."""
    response = envelope(HTTPStatus.TOO_MANY_REQUESTS, error.code, error.message, error.field, error.details)
    response.headers["Retry-After"] = str(error.details["retry_after"])
    return response


def plain(status: int) -> JSONResponse:
    """The envelope of a status that needs no more words than its own."""
    phrase = HTTPStatus(status).phrase
    return envelope(status, *_SAID.get(status, (phrase.lower().replace(" ", "_"), f"{phrase}.")))


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(e.SmartInvestError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _ours(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, e.SmartInvestError):
        return await _unexpected(_request, error)
    if isinstance(error, e.TooManyAttempts):
        return too_many(error)
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("a request failed: %s", error.code, exc_info=error)
    return envelope(status, error.code, error.message, error.field, error.details)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    problems = [_problem(item) for item in error.errors()[:10]] if isinstance(error, RequestValidationError) else []
    if not problems:
        return plain(422)
    return envelope(422, "invalid_input", problems[0]["problem"], problems[0]["field"], {"problems": problems})


def _problem(item: Any) -> dict[str, str]:
    """One finding of the validation in our words; a union's branches and a position in a broken text are no fields."""
    place = [str(part) for part in item["loc"][1:] if isinstance(part, int) or str(part).isidentifier()]
    if item["type"] == "json_invalid":
        return {"field": "", "problem": _SAID[422][1]}
    if item["type"] in _NOT_AN_OBJECT and item["loc"] == ("body",):
        return {"field": "", "problem": "The body must be a JSON object, sent as application/json."}
    said = _SENTENCES[item["type"]].format_map(item.get("ctx", {})) if item["type"] in _SENTENCES else str(item["msg"])
    return {"field": ".".join(place), "problem": said.removeprefix("Value error, ")}


async def _http(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    # FastAPI's 400 is a body that it cannot decode; broken JSON is a 422, and clients need no second kind of the same.
    response = plain(422 if status == HTTPStatus.BAD_REQUEST else status)
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


async def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    """The server logs the error with its trace when it passes there."""
    return envelope(500, "internal", "Something went wrong on our side. Nothing was changed; please try again.")
