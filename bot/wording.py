"""The few sentences this channel says by itself. All else comes from the dialogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's sentences and labels; a further language is one more instance in `_WORDINGS`."""

    skip: str
    why: str
    back: str
    done: str
    choose: str
    unreadable_block: str
    no_picture: str
    file: str
    group: str
    edited: str
    failed: str
    flood: str
    earlier: str
    description: str
    short_description: str
    commands: tuple[tuple[str, str], ...]


_ENGLISH = Wording(
    skip="Skip",
    why="Why?",
    back="Back",
    done="Done",
    choose="Please choose:",
    unreadable_block="(One part of this answer cannot be shown here.)",
    no_picture="(The picture could not be drawn. These are its numbers.)",
    file="File: {name} ({size}). You find it on the website.",
    group="I answer in private chats only, because money is a private matter. Open my profile and press Start.",
    edited="I cannot see changes to a message I have read. Please send the new text as a message of its own.",
    failed="Something went wrong on our side and I could not handle your last message. Please send it again.",
    flood="That is more than I can answer at once. I take your messages one after the other, and none is lost.",
    earlier="This button is from further up. Open now: {question}",
    description=(
        "I help you to plan how to invest: a few questions, then a plan with pictures and plain words. "
        "I never trade, never hold money, and never ask for codes, passwords or wallets."
    ),
    short_description="Plans for your savings, in plain words. Never asks for money, codes or passwords.",
    commands=(
        ("start", "Begin, or pick up where we were"),
        ("help", "What I can do"),
        ("plan", "Your plan"),
        ("forecast", "Where a price may go, for example: /forecast AAPL"),
        ("report", "Your plan as a PDF"),
        ("price", "A price, for example: /price Apple"),
        ("language", "Speak another language"),
        ("link", "Go on with this talk on the website"),
        ("privacy", "What is kept of you"),
        ("export", "All that is kept of you, as a file"),
        ("delete", "Delete all that is kept of you"),
        ("stop", "Stop for now; your answers are kept"),
    ),
)
_GERMAN = Wording(
    skip="Überspringen",
    why="Warum?",
    back="Zurück",
    done="Fertig",
    choose="Bitte wählen Sie:",
    unreadable_block="(Ein Teil dieser Antwort lässt sich hier nicht zeigen.)",
    no_picture="(Das Bild ließ sich nicht zeichnen. Das sind seine Zahlen.)",
    file="Datei: {name} ({size}). Sie finden sie auf der Website.",
    group="Ich antworte nur im privaten Gespräch, denn Geld ist Privatsache. Öffnen Sie mein Profil und drücken Sie Start.",
    edited="Änderungen an einer gelesenen Nachricht kann ich nicht sehen. Bitte schicken Sie den neuen Text als eigene Nachricht.",
    failed="Bei uns ging etwas schief, und Ihre letzte Nachricht kam nicht an. Bitte schicken Sie sie noch einmal.",
    flood="Das ist mehr, als ich auf einmal beantworten kann. Ich nehme Ihre Nachrichten der Reihe nach, und keine geht verloren.",
    earlier="Dieser Knopf steht weiter oben. Offen ist jetzt: {question}",
    description=(
        "Ich helfe Ihnen, eine Geldanlage zu planen: ein paar Fragen, dann ein Plan mit Bildern und in einfachen Worten. "
        "Ich handle nie, verwahre nie Geld und frage nie nach Codes, Passwörtern oder Wallets."
    ),
    short_description="Pläne für Ihre Ersparnisse, in einfachen Worten. Fragt nie nach Geld, Codes oder Passwörtern.",
    commands=(
        ("start", "Anfangen oder da weitermachen, wo wir waren"),
        ("help", "Was ich kann"),
        ("plan", "Ihr Plan"),
        ("forecast", "Wohin ein Kurs gehen kann, zum Beispiel: /forecast AAPL"),
        ("report", "Ihr Plan als PDF"),
        ("price", "Ein Kurs, zum Beispiel: /price Apple"),
        ("language", "Eine andere Sprache sprechen"),
        ("link", "Dieses Gespräch auf der Website fortsetzen"),
        ("privacy", "Was über Sie gespeichert ist"),
        ("export", "Alles Gespeicherte als Datei"),
        ("delete", "Alles Gespeicherte löschen"),
        ("stop", "Vorerst aufhören; Ihre Antworten bleiben erhalten"),
    ),
)
_WORDINGS = {"en": _ENGLISH, "de": _GERMAN}


def languages() -> tuple[str, ...]:
    """Languages there are sentences in; the first is used where there is no translation."""
    return tuple(_WORDINGS)


def wording(locale: str | None = None) -> Wording:
    """The sentences in this locale's language; English where there is no translation."""
    language = (locale or "en").replace("_", "-").partition("-")[0].lower()
    return _WORDINGS.get(language, _ENGLISH)
