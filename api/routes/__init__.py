"""The routes, by stage with the domain's file names, then the questions."""

from fastapi import APIRouter

from api.routes import (
    admission,
    assignment,
    audit,
    boards,
    calendar,
    clock,
    compliance,
    contact,
    deadlines,
    directory,
    feedback,
    follow_up,
    handling,
    objection,
    operations,
    registration,
    reply,
    reports,
    review,
    session,
)

ROUTERS: tuple[APIRouter, ...] = (
    registration.router,
    admission.router,
    assignment.router,
    objection.router,
    contact.router,
    handling.router,
    reply.router,
    review.router,
    feedback.router,
    follow_up.router,
    session.router,
    directory.router,
    calendar.router,
    clock.router,
    deadlines.router,
    boards.router,
    audit.router,
    compliance.router,
    reports.router,
    operations.router,
)
