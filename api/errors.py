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
    e.CodeChanged: 409,
    e.RateLimited: 503,
    e.SourceUnavailable: 503,
}


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
    """For a route's `responses`: these statuses carry the envelope."""
    return {status: {"model": ErrorBody, "description": HTTPStatus(status).phrase} for status in statuses}


def envelope(status: int, code: str, message: str, field: str | None = None, details: Any = None) -> JSONResponse:
    """The envelope as a response."""
    error: dict[str, Any] = {"code": code, "message": message}
    if field:
        error["field"] = field
    if details:
        error["details"] = details
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse({"error": error}, status, headers)


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(e.SmartInvestError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _ours(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, e.SmartInvestError):
        return await _unexpected(_request, error)
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
    return envelope(status, error.code, error.message, error.field, error.details)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    first = problems[0] if problems else {"loc": (), "msg": "The request could not be read."}
    field = ".".join(str(part) for part in first["loc"][1:]) or None
    details = [
        {"field": ".".join(str(part) for part in item["loc"][1:]), "problem": item["msg"]} for item in problems[:10]
    ]
    return envelope(422, "invalid_input", str(first["msg"]), field, {"problems": details})


async def _http(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    phrase = HTTPStatus(status).phrase
    response = envelope(status, phrase.lower().replace(" ", "_"), f"{phrase}.")
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


async def _unexpected(_request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected error", exc_info=error)
    return envelope(500, "internal", "Something went wrong on our side. Nothing was changed; please try again.")
