// @ts-check
/**
 * The SmartInvest chat widget. One plain script: no imports, no build, no dependency, no cookie, no third-party request.
 *
 *   <script src="https://advisor.example/embed/widget.js" data-title="Ask about investing" async></script>
 *
 * Options (docs/embed.md): data-title, data-note, data-locale, data-currency, data-open, data-position (right|left),
 * data-theme (auto|light|dark), data-target (a selector: inline instead of a panel), data-api (another origin).
 *
 * How it is made, from bottom to top:
 *   Store       session in localStorage, unsent messages and draft in sessionStorage (each may be forbidden: then memory)
 *   Api         JSON over fetch with the bearer token; what may be tried again is told apart from what may not
 *   EventStream server-sent events over fetch, because EventSource cannot send a header and a token has no place in a URL
 *   Blocks      one renderer for each kind of block; text enters the page as text only
 *   Shell       launcher, panel, log, composer
 *   Dialogue    which turns are shown, which question is open, what still has to be sent
 */
(() => {
  "use strict";

  /** @typedef {{id: string, label: string, hint?: string}} Option */
  /** @typedef {{slot: string, kind: string, options?: Option[], example?: string, skippable?: boolean,
   *             step?: number, steps?: number}} Expects */
  /** @typedef {{kind: string, [key: string]: any}} Block */
  /** @typedef {{turn: number, blocks: Block[], expects?: Expects | null}} Answer */
  /** @typedef {{turn: number, author: string, at?: string, text?: string | null, choice?: string | string[] | null,
   *             blocks?: Block[] | null, expects?: Expects | null}} Entry */
  /** @typedef {{client_id: string, text?: string, choice?: string | string[], shown: string}} Unsent */
  /** @typedef {{session_id: string, token: string, turn: number, asked: number, expects: Expects | null, seen: number}} Session
   *  The last turn shown; the open question and the turn that asked it; the last turn seen by the visitor. */
  /** @typedef {{id: string, label: string, type?: string, unit?: string}} Column */
  /** @typedef {{api: string, title: string, note: string, locale: string, currency: string, open: boolean,
   *             position: string, theme: string, target: Element | null}} Settings */

  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  if (!script || !script.src) return;

  const MAX_TEXT_BYTES = 16 * 1024;
  const REQUEST_TIMEOUT = 45_000; // ms; a plan with a language model takes seconds, not minutes
  const STREAM_SILENCE = 90_000; // ms without a byte, pings included: the connection is taken for dead
  const HIDDEN_GRACE = 60_000; // ms; then a page nobody looks at gives its connection back
  const RETRIES_BEFORE_BUTTON = 3;
  const PAGE = 100; // turns of history fetched at once
  const MAX_CHART_ROWS = 40;

  // ------------------------------------------------------------------------------------------------------ wording
  /** User-visible words: one table per language. A missing word falls back to English.
   * @type {Record<string, Record<string, string>>} */
  const STRINGS = {
    en: {
      title: "SmartInvest",
      open: "Open the chat: {title}",
      close: "Close the chat",
      widen: "Wider panel",
      subtitle: "Educational, not licensed advice",
      log: "Conversation",
      you: "You said",
      advisor: "The advisor said",
      input: "Your message",
      placeholder: "Write a message",
      example: "For example: {example}",
      send: "Send",
      letters: "Show the letter keyboard",
      digits: "Show the number keyboard",
      skip: "Skip",
      why: "Why?",
      back: "Back",
      done: "Done",
      yes: "Yes",
      no: "No",
      answers: "Answers",
      progress: "{step} of {steps}",
      progress_label: "Question {step} of {steps}",
      typing: "The advisor is writing",
      trying: "No connection. Trying again…",
      unreachable: "The advisor cannot be reached. Your message is kept.",
      retry: "Try again now",
      ended: "Your earlier session has ended. Here is a new one.",
      too_long: "That is too long. Please keep it under 16,000 characters.",
      refused: "That could not be sent: {reason}",
      odd_answer: "the answer could not be read.",
      earlier: "Show earlier messages",
      numbers: "Show the numbers",
      loading_picture: "The picture is loading",
      no_picture: "The picture could not be loaded.",
      reload_picture: "Load it again",
      enlarge: "Enlarge the picture: {title}",
      close_picture: "Close the picture",
      download: "Download {name}",
      download_failed: "The file could not be loaded. Please try again.",
      opens: "opens a new tab",
      unknown: "unknown",
      info: "Please note",
      warning: "Warning",
      error: "Problem",
      promise: "We never ask for money, codes, wallets or passwords.",
      unread_one: "{n} new message",
      unread_other: "{n} new messages",
      part: "Part",
      share: "Share",
      years: "Years from now",
      below: "{n} in 100 end below",
      middle: "Middle",
      paid_in: "Paid in",
      name: "Name",
      risk: "Ups and downs per year",
      growth: "Expected growth per year",
      date: "Date",
      value: "Value",
      thinned: "Every {n}th row is shown.",
    },
    de: {
      title: "SmartInvest",
      open: "Gespräch öffnen: {title}",
      close: "Gespräch schließen",
      widen: "Breiteres Fenster",
      subtitle: "Zum Lernen, keine zugelassene Beratung",
      log: "Gespräch",
      you: "Sie sagten",
      advisor: "Die Beratung sagte",
      input: "Ihre Nachricht",
      placeholder: "Nachricht schreiben",
      example: "Zum Beispiel: {example}",
      send: "Senden",
      letters: "Tastatur mit Buchstaben zeigen",
      digits: "Tastatur mit Ziffern zeigen",
      skip: "Überspringen",
      why: "Warum?",
      back: "Zurück",
      done: "Fertig",
      yes: "Ja",
      no: "Nein",
      answers: "Antworten",
      progress: "{step} von {steps}",
      progress_label: "Frage {step} von {steps}",
      typing: "Die Antwort wird geschrieben",
      trying: "Keine Verbindung. Neuer Versuch…",
      unreachable: "Keine Verbindung zur Beratung. Ihre Nachricht bleibt erhalten.",
      retry: "Jetzt neu versuchen",
      ended: "Ihr früheres Gespräch ist beendet. Hier ist ein neues.",
      too_long: "Das ist zu lang. Bitte bleiben Sie unter 16.000 Zeichen.",
      refused: "Das ließ sich nicht senden: {reason}",
      odd_answer: "die Antwort war nicht zu lesen.",
      earlier: "Frühere Nachrichten zeigen",
      numbers: "Zahlen zeigen",
      loading_picture: "Das Bild lädt",
      no_picture: "Das Bild ließ sich nicht laden.",
      reload_picture: "Noch einmal laden",
      enlarge: "Bild vergrößern: {title}",
      close_picture: "Bild schließen",
      download: "{name} herunterladen",
      download_failed: "Die Datei ließ sich nicht laden. Bitte versuchen Sie es noch einmal.",
      opens: "öffnet einen neuen Tab",
      unknown: "unbekannt",
      info: "Hinweis",
      warning: "Warnung",
      error: "Fehler",
      promise: "Wir fragen nie nach Geld, Codes, Wallets oder Passwörtern.",
      unread_one: "{n} neue Nachricht",
      unread_other: "{n} neue Nachrichten",
      part: "Teil",
      share: "Anteil",
      years: "Jahre ab jetzt",
      below: "{n} von 100 enden darunter",
      middle: "Mitte",
      paid_in: "Eingezahlt",
      name: "Name",
      risk: "Schwankung im Jahr",
      growth: "Erwarteter Zuwachs im Jahr",
      date: "Datum",
      value: "Wert",
      thinned: "Gezeigt ist jede {n}. Zeile.",
    },
  };
  const RTL_LANGUAGES = ["ar", "dv", "fa", "he", "ps", "ur", "yi"];

  /** @param {string | undefined} tag @returns {string} the canonical language tag, empty if it is none */
  function languageTag(tag) {
    try {
      return tag ? Intl.getCanonicalLocales(tag.replace("_", "-"))[0] || "" : "";
    } catch {
      return "";
    }
  }

  /** @param {HTMLScriptElement} tag @returns {Settings} what the page asked for by data-* attributes */
  function readSettings(tag) {
    const data = tag.dataset;
    return {
      api: new URL(data.api || tag.src, document.baseURI).origin,
      title: data.title || "",
      note: data.note || t("subtitle"),
      locale,
      currency: /^[A-Za-z]{3}$/.test(data.currency || "") ? String(data.currency).toUpperCase() : "",
      open: data.open !== undefined && data.open !== "false",
      position: data.position === "left" ? "left" : "right",
      theme: data.theme === "light" || data.theme === "dark" ? data.theme : "auto",
      target: null, // looked up when the page is there
    };
  }

  /** @param {string | undefined} selector @returns {Element | null} where the page wants the chat inline */
  function findTarget(selector) {
    if (!selector) return null;
    let target = null;
    try {
      target = document.querySelector(selector);
    } catch {
      // not a selector: the warning below tells
    }
    if (!target) console.warn(`SmartInvest: nothing on this page matches data-target="${selector}".`);
    return target;
  }

  const locale = languageTag(script.dataset.locale) || languageTag(navigator.language) || "en";
  const language = locale.split("-")[0] || "en";
  const words = { ...STRINGS.en, ...STRINGS[language] };
  const settings = readSettings(script);

  /** @param {string} key @param {Record<string, string | number>} [values] @returns {string} a wording, filled in */
  function t(key, values = {}) {
    return (words[key] || key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  }

  /** @param {number} n @returns {string} "3 new messages" */
  function unreadWords(n) {
    return t(`unread_${new Intl.PluralRules(settings.locale).select(n) === "one" ? "one" : "other"}`, { n });
  }

  // ------------------------------------------------------------------------------------------------------- numbers
  /** @param {string | number} amount @param {string} currency @param {number} [digits] @returns {string} */
  function money(amount, currency, digits) {
    try {
      /** @type {Intl.NumberFormatOptions} */
      const options = { style: "currency", currency, maximumFractionDigits: digits };
      // A decimal string goes in as it is: a detour by a float could change the last digit.
      return new Intl.NumberFormat(settings.locale, options).format(/** @type {any} */ (amount));
    } catch {
      return `${amount} ${currency}`;
    }
  }

  /** @param {number} value @returns {string} a plain number */
  const plain = (value) => new Intl.NumberFormat(settings.locale, { maximumFractionDigits: 4 }).format(value);

  /** @param {number} fraction @returns {string} 0.125 becomes 12.5 % in the reader's way of writing; a small cost stays above 0 */
  function percent(fraction) {
    const digits = fraction !== 0 && Math.abs(fraction) < 0.01 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 1 };
    return new Intl.NumberFormat(settings.locale, { style: "percent", ...digits }).format(fraction);
  }

  /** @param {any} value @param {Column} column @param {number} [digits] of money @returns {string} unknown is never zero */
  function cellText(value, column, digits) {
    if (value === null || value === undefined || value === "") return t("unknown");
    if (typeof value === "object" && "amount" in value) return money(value.amount, value.currency, digits);
    if (typeof value === "string" && (column.type === "text" || column.type === undefined)) return value;
    const number = Number(value);
    if (!Number.isFinite(number)) return String(value);
    if (column.type === "percent") return percent(number);
    if (column.type === "money" && column.unit) return money(value, column.unit, digits);
    return plain(number);
  }

  // ----------------------------------------------------------------------------------------------------------- DOM
  /**
   * Make an element. `props` are attributes, except `on…` (listeners) and `text`; false and null leave an attribute out.
   * @template {keyof HTMLElementTagNameMap} K
   * @param {K} tag @param {Record<string, any>} [props] @param {...(Node | string | null | undefined | false)} children
   * @returns {HTMLElementTagNameMap[K]}
   */
  function el(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "text") node.textContent = String(value);
      else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : String(value));
    }
    for (const child of children) if (child) node.append(child);
    return node;
  }

  const ICONS = {
    chat: "M4 5.5A2.5 2.5 0 0 1 6.5 3h11A2.5 2.5 0 0 1 20 5.5v8a2.5 2.5 0 0 1-2.5 2.5H11l-5 4.5V16A2.5 2.5 0 0 1 4 13.5ZM8 12.5v-2M12 12.5v-5M16 12.5v-3.5",
    close: "M6 6l12 12M18 6L6 18",
    widen: "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7",
    send: "M12 19V5M5.5 11.5 12 5l6.5 6.5",
    info: "M12 11v6M12 7.5v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
    warning: "M12 4 2.5 20h19ZM12 10v4.5M12 17.5v.01",
    error: "M8.5 3h7L21 8.5v7L15.5 21h-7L3 15.5v-7ZM12 8v5M12 16v.01",
    file: "M6 3h8l4 4v14H6ZM12 10v7M9 14.5l3 3 3-3",
  };

  /** @param {keyof typeof ICONS} name @returns {SVGElement} a decorative line drawing */
  function icon(name) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  }

  /** @param {number} ms @returns {number} the same, give or take a fifth: many visitors must not come back at once */
  const jitter = (ms) => ms * (0.8 + 0.4 * Math.random());

  /** @returns {string} 128 random bits; randomUUID would need a secure context */
  function randomId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // --------------------------------------------------------------------------------------------------------- Store
  class Store {
    /** @param {string} origin the advisor's */
    constructor(origin) {
      this.key = `smartinvest:${origin}`;
      /** @type {Map<string, string>} */
      this.memory = new Map();
    }

    /** @param {"localStorage" | "sessionStorage"} area @param {string} name @returns {any} */
    read(area, name) {
      const key = this.key + name;
      try {
        return JSON.parse(window[area].getItem(key) ?? "null");
      } catch {
        // Storage is forbidden here, or holds what is not ours: the copy in memory serves this page.
        return JSON.parse(this.memory.get(key) ?? "null");
      }
    }

    /** @param {"localStorage" | "sessionStorage"} area @param {string} name @param {any} value null removes */
    write(area, name, value) {
      const key = this.key + name;
      const text = JSON.stringify(value);
      if (value === null) this.memory.delete(key);
      else this.memory.set(key, text);
      try {
        if (value === null) window[area].removeItem(key);
        else window[area].setItem(key, text);
      } catch {
        // Forbidden or full: memory has it.
      }
    }

    /** @returns {Session | null} */
    get session() {
      const session = this.read("localStorage", "");
      return session && typeof session.token === "string" ? session : null;
    }

    set session(session) {
      this.write("localStorage", "", session);
    }

    /** Messages of this tab not yet answered. @returns {Unsent[]} */
    get unsent() {
      const list = this.read("sessionStorage", ":unsent");
      return Array.isArray(list) ? list : [];
    }

    set unsent(list) {
      this.write("sessionStorage", ":unsent", list.length ? list : null);
    }

    /** What is being typed. @returns {string} */
    get draft() {
      return String(this.read("sessionStorage", ":draft") || "");
    }

    set draft(text) {
      this.write("sessionStorage", ":draft", text || null);
    }
  }

  // ----------------------------------------------------------------------------------------------------------- Api
  /** The server did not answer or asks us to come back: the same request may be sent again. */
  class Unreachable extends Error {
    /** @param {number} [wait] ms the server asked for */
    constructor(wait = 0) {
      super("unreachable");
      this.wait = wait;
    }
  }

  /** The server understood and refused: sending it again would change nothing. */
  class Refused extends Error {
    /** @param {number} status @param {string} message */
    constructor(status, message) {
      super(message);
      this.status = status;
    }
  }

  class Api {
    /** @param {string} origin */
    constructor(origin) {
      this.origin = origin;
      this.root = `${origin}/api/v1/chat`;
      this.token = "";
    }

    /** @param {RequestInit} [init] @returns {RequestInit} without cookies, with the token */
    prepared(init = {}) {
      const headers = new Headers(init.headers);
      if (this.token) headers.set("Authorization", `Bearer ${this.token}`);
      return { ...init, headers, credentials: "omit", cache: "no-store", mode: "cors" };
    }

    /**
     * One exchange of JSON.
     * @param {string} path @param {any} [body] given: POST, else GET @returns {Promise<any>}
     */
    async json(path, body) {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), REQUEST_TIMEOUT);
      const init = body === undefined ? {} : {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      };
      try {
        const response = await fetch(this.root + path, this.prepared({ ...init, signal: abort.signal }));
        const answer = await response.json().catch((error) => {
          if (error instanceof SyntaxError && response.status < 500) return null;
          throw error;
        });
        return this.checked(response, answer);
      } catch (error) {
        if (error instanceof Refused || error instanceof Unreachable) throw error;
        throw new Unreachable();
      } finally {
        clearTimeout(timer);
      }
    }

    /** @param {Response} response @param {any} answer @returns {any} */
    checked(response, answer) {
      if (response.ok && answer) return answer;
      // 409: somebody else's message came first; under the same id ours may simply come again.
      if (response.status >= 500 || [408, 409, 429].includes(response.status)) {
        throw new Unreachable(1000 * Number(response.headers.get("Retry-After")) || 0);
      }
      throw new Refused(response.status, answer?.error?.message || t("odd_answer"));
    }

    /**
     * A private file of the advisor's; the token goes to its own origin only.
     * @param {string} address @param {string} type the media type to give it @returns {Promise<string>} a blob: URL
     */
    async blobUrl(address, type) {
      const url = new URL(address, this.origin);
      if (url.origin !== this.origin) throw new Refused(0, "foreign address");
      const response = await fetch(url, this.prepared());
      if (!response.ok) throw new Refused(response.status, response.statusText);
      return URL.createObjectURL(new Blob([await response.arrayBuffer()], { type }));
    }
  }

  // --------------------------------------------------------------------------------------------------- EventStream
  class EventStream {
    /**
     * @param {Api} api
     * @param {{event: (name: string, data: any) => void, connected: () => void, refused: (status: number) => void}} on
     */
    constructor(api, on) {
      this.api = api;
      this.on = on;
      this.lastId = "";
      this.pause = 1000;
      /** @type {AbortController | null} */
      this.abort = null;
    }

    /** Connect and stay connected until `stop`. */
    start() {
      if (this.abort || !this.api.token) return;
      const abort = new AbortController();
      this.abort = abort;
      void this.keep(abort.signal);
    }

    stop() {
      this.abort?.abort();
      this.abort = null;
    }

    /** @param {AbortSignal} signal */
    async keep(signal) {
      let failures = 0;
      while (!signal.aborted) {
        try {
          const reader = await this.connect(signal);
          failures = 0;
          // What was said before we listened is in the history, whatever the server remembers of its events.
          this.on.connected();
          await this.read(reader, signal);
        } catch (error) {
          if (signal.aborted) return;
          if (error instanceof Refused) {
            this.abort = null;
            this.on.refused(error.status);
            return;
          }
          failures += 1;
        }
        await new Promise((resolve) => setTimeout(resolve, jitter(Math.min(30_000, this.pause * 2 ** Math.min(failures, 5)))));
      }
    }

    /** @param {AbortSignal} signal @returns {Promise<ReadableStreamDefaultReader<Uint8Array>>} */
    async connect(signal) {
      /** @type {Record<string, string>} */
      const headers = { Accept: "text/event-stream" };
      if (this.lastId) headers["Last-Event-ID"] = this.lastId;
      const response = await fetch(`${this.api.root}/stream`, this.api.prepared({ headers, signal }));
      if (response.status >= 400 && response.status < 500 && response.status !== 429 && response.status !== 408) {
        throw new Refused(response.status, response.statusText);
      }
      if (!response.ok || !response.body) throw new Unreachable();
      return response.body.getReader();
    }

    /** @param {ReadableStreamDefaultReader<Uint8Array>} reader @param {AbortSignal} signal */
    async read(reader, signal) {
      const decoder = new TextDecoder(); // drops a byte order mark and keeps split characters together
      const parser = eventParser((name, data, id) => {
        if (id !== null) this.lastId = id;
        if (!signal.aborted) this.deliver(name, data);
      }, (pause) => (this.pause = Math.min(pause, 30_000)));
      for (;;) {
        const silence = setTimeout(() => void reader.cancel().catch(() => undefined), STREAM_SILENCE);
        const { done, value } = await reader.read().finally(() => clearTimeout(silence));
        if (done) return;
        parser(decoder.decode(value, { stream: true }));
      }
    }

    /** @param {string} name @param {string} data */
    deliver(name, data) {
      try {
        this.on.event(name, JSON.parse(data || "null"));
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        console.warn("SmartInvest: an event that is not JSON was left out.");
      }
    }
  }

  /**
   * Server-sent events as the HTML standard parses them (lines end by LF, CR or CRLF; comments; several data lines).
   * @param {(name: string, data: string, id: string | null) => void} emit @param {(ms: number) => void} pause
   * @returns {(chunk: string) => void} takes the text as it comes, cut anywhere
   */
  function eventParser(emit, pause) {
    let rest = "";
    let name = "";
    /** @type {string[]} */
    let data = [];
    /** @type {string | null} */
    let id = null;

    /** @param {string} line */
    function take(line) {
      if (line === "") {
        if (data.length) emit(name || "message", data.join("\n"), id);
        name = "";
        data = [];
        return;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") name = value;
      else if (field === "data") data.push(value);
      else if (field === "id" && !value.includes("\0")) id = value;
      else if (field === "retry" && /^\d+$/.test(value)) pause(Number(value));
    }

    return (chunk) => {
      rest += chunk;
      // A CR at the very end may be half of a CRLF: it waits for the next piece.
      const whole = rest.endsWith("\r") ? rest.slice(0, -1) : rest;
      const lines = whole.split(/\r\n|\n|\r/);
      rest = lines.pop() + rest.slice(whole.length);
      lines.forEach(take);
    };
  }

  // -------------------------------------------------------------------------------------------------------- Blocks
  /** @param {HTMLElement} node @param {string} text where **bold** is the only mark-up */
  function appendInline(node, text) {
    text.split(/\*\*(.+?)\*\*/g).forEach((part, index) => {
      if (part) node.append(index % 2 ? el("strong", { text: part }) : document.createTextNode(part));
    });
    return node;
  }

  /** @param {string} text @returns {HTMLElement} paragraphs (blank line between), "- " lists, single line breaks */
  function prose(text) {
    const box = el("div", { class: "text" });
    /** @type {HTMLElement | null} */
    let open = null;
    for (const line of String(text ?? "").replace(/\r\n?/g, "\n").split("\n")) {
      const item = /^\s*[-•]\s+(.*)$/.exec(line);
      if (!line.trim()) {
        open = null;
      } else if (item) {
        if (open?.tagName !== "UL") box.append((open = el("ul")));
        open.append(appendInline(el("li", { dir: "auto" }), item[1] || ""));
      } else if (open?.tagName === "P") {
        open.append(el("br"));
        appendInline(open, line);
      } else {
        box.append((open = appendInline(el("p", { dir: "auto" }), line)));
      }
    }
    return box;
  }

  /**
   * @param {string} caption @param {Column[]} columns @param {Record<string, any>[]} rows
   * @param {boolean} [round] no pennies: a picture's values are floats @returns {HTMLElement}
   */
  function tableBox(caption, columns, rows, round = false) {
    const numeric = (/** @type {Column} */ column) => (["money", "percent", "number"].includes(column.type || "") ? "num" : null);
    const head = el("tr", {}, ...columns.map((column) => {
      const unit = column.unit && column.type !== "money" ? ` (${column.unit})` : "";
      return el("th", { scope: "col", class: numeric(column), dir: "auto", text: column.label + unit });
    }));
    // Pennies in a column: for all of its amounts or for none.
    const digits = columns.map((column) =>
      round || rows.every((row) => Number(row[column.id]?.amount ?? row[column.id] ?? 0) % 1 === 0) ? 0 : undefined);
    const body = rows.map((row) => el("tr", {}, ...columns.map((column, index) => {
      const text = cellText(row[column.id], column, digits[index]);
      return index === 0
        ? el("th", { scope: "row", class: numeric(column), dir: "auto", text })
        : el("td", { class: numeric(column), dir: "auto", text });
    })));
    const table = el("table", {}, el("caption", { dir: "auto" }, el("span", { text: caption })), el("thead", {}, head), el("tbody", {}, ...body));
    return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": caption }, table);
  }

  /**
   * The numbers behind a picture as columns and rows; null where there is nothing to list.
   * @param {any} data the block's `data` @returns {{columns: Column[], rows: Record<string, any>[]} | null}
   */
  function chartNumbers(data) {
    const money = { type: "money", unit: data?.currency };
    const typed = data?.unit === "money" ? money : { type: data?.unit === "percent" ? "percent" : "number" };
    /** @param {Column[]} columns @param {any[][]} lists one per column */
    const lay = (columns, lists) => ({
      columns,
      rows: (lists[0] || []).map((_, row) => Object.fromEntries(columns.map((column, c) => [column.id, lists[c]?.[row]]))),
    });
    /** @param {any[][]} items @param {number} at */
    const pick = (items, at) => items.map((item) => item[at]);
    switch (data?.kind) {
      case "donut":
        return lay([{ id: "a", label: t("part"), type: "text" }, { id: "b", label: t("share"), type: "percent" }],
          [pick(data.slices, 0), pick(data.slices, 1)]);
      case "bars":
        return lay([{ id: "a", label: t("name"), type: "text" }, { id: "b", label: t("value"), ...typed }],
          [pick(data.bars, 0), pick(data.bars, 1)]);
      case "frontier":
        return lay([{ id: "a", label: t("name"), type: "text" }, { id: "b", label: t("risk"), type: "percent" },
          { id: "c", label: t("growth"), type: "percent" }], [pick(data.points, 0), pick(data.points, 1), pick(data.points, 2)]);
      case "lines": {
        const names = Object.keys(data.series);
        return lay([{ id: "-", label: t("date"), type: "text" }, ...names.map((name) => ({ id: name, label: name, ...typed }))],
          [data.dates, ...names.map((name) => data.series[name])]);
      }
      case "fan": {
        const bands = Object.keys(data.bands).sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
        return lay([{ id: "-", label: t("years"), type: "number" },
          ...bands.map((band) => ({ id: band, label: band === "p50" ? t("middle") : t("below", { n: band.slice(1) }), ...money })),
          { id: "+", label: t("paid_in"), ...money }], [data.years, ...bands.map((band) => data.bands[band]), data.paid_in]);
      }
      default:
        return null;
    }
  }

  class Blocks {
    /**
     * @param {Api} api @param {(option: Option[], multiple: boolean) => void} choose
     * @param {(image: HTMLImageElement) => void} enlarge
     */
    constructor(api, choose, enlarge) {
      this.api = api;
      this.choose = choose;
      this.enlarge = enlarge;
    }

    /** @param {Block} block @returns {HTMLElement | null} null for a kind of a later version */
    render(block) {
      switch (block.kind) {
        case "text": return prose(block.text);
        case "choices": return this.choices(block.options || [], Boolean(block.multiple), block.prompt || "");
        case "chart": return this.chart(block);
        case "table": return tableBox(block.caption || block.name, block.columns || [], block.rows || []);
        case "notice": return this.notice(block.level, block.text);
        case "file": return this.file(block);
        case "link": return this.link(block);
        default: return null;
      }
    }

    /** @param {Option[]} options @param {boolean} multiple @param {string} [prompt] @returns {HTMLElement} */
    choices(options, multiple, prompt = "") {
      const chosen = new Set();
      const done = el("button", { type: "button", class: "done", disabled: true, text: t("done") });
      const buttons = options.map((option, index) => {
        const button = el("button", { type: "button", class: "option", "data-option": option.id, "aria-pressed": multiple ? "false" : null },
          el("span", { class: "n", text: String(index + 1) }),
          el("span", { class: "label", dir: "auto" }, el("span", { text: option.label }),
            option.hint ? el("small", { text: option.hint }) : null));
        button.addEventListener("click", () => {
          if (!multiple) return this.choose([option], false);
          toggle(option.id);
        });
        return button;
      });
      /** @param {string} id "none" excludes the others, and they exclude it */
      const toggle = (id) => {
        if (chosen.has(id)) chosen.delete(id);
        else {
          if (id === "none") chosen.clear();
          else chosen.delete("none");
          chosen.add(id);
        }
        buttons.forEach((button) => button.setAttribute("aria-pressed", String(chosen.has(button.dataset.option))));
        done.disabled = chosen.size === 0;
      };
      done.addEventListener("click", () => this.choose(options.filter((option) => chosen.has(option.id)), true));
      return el("div", { class: "choices", role: "group", "aria-label": prompt || t("answers") },
        prompt ? el("p", { dir: "auto", text: prompt }) : null, ...buttons, multiple ? done : null);
    }

    /** @param {Block} block */
    chart(block) {
      const figure = el("figure", { "data-chart": block.name });
      const frame = el("div", { class: "frame" });
      figure.append(frame); // the picture itself shows its title
      const numbers = chartNumbers(block.data);
      if (numbers?.rows.length) {
        const step = Math.ceil(numbers.rows.length / MAX_CHART_ROWS);
        const rows = numbers.rows.filter((_, index, all) => index % step === 0 || index === all.length - 1);
        figure.append(el("details", {}, el("summary", { text: t("numbers") }),
          tableBox(block.title, numbers.columns, rows, true),
          step > 1 ? el("p", { class: "quiet", text: t("thinned", { n: step }) }) : null));
      }
      void this.picture(frame, block);
      return figure;
    }

    /** @param {HTMLElement} frame @param {Block} block */
    async picture(frame, block) {
      frame.replaceChildren(el("p", { class: "quiet", text: t("loading_picture") }));
      const failed = () => frame.replaceChildren(
        el("strong", { dir: "auto", text: block.title }), el("p", { dir: "auto", text: block.alt }), el("p", { class: "quiet", text: t("no_picture") }),
        el("button", { type: "button", class: "ghost", text: t("reload_picture"), onclick: () => void this.picture(frame, block) }));
      try {
        const theme = settings.theme === "auto" ? "" : `?theme=${settings.theme}`; // auto: the picture itself follows the page
        const url = await this.api.blobUrl(block.svg_url + theme, "image/svg+xml");
        const enlarge = () => this.enlarge(image);
        // The address stays valid while the page lives: the enlarged picture uses it again.
        const image = el("img", { alt: block.alt, title: block.title, onclick: enlarge });
        image.addEventListener("error", failed); // a page whose policy lacks img-src blob: still gets the numbers
        image.src = url;
        frame.replaceChildren(image, el("button", { type: "button", class: "icon enlarge", "aria-label": t("enlarge", { title: block.title }), onclick: enlarge }, icon("widen")));
      } catch {
        failed();
      }
    }

    /** @param {string} level @param {string} text */
    notice(level, text) {
      const known = level === "warning" || level === "error" ? level : "info";
      return el("div", { class: `notice ${known}` }, icon(known), el("div", {}, el("span", { class: "sr", text: `${t(known)}: ` }), prose(text)));
    }

    /** @param {Block} block */
    file(block) {
      const size = block.size >= 1e6 ? `${plain(Math.round(block.size / 1e5) / 10)} MB` : `${plain(Math.ceil(block.size / 1e3))} kB`;
      const status = el("span", { class: "quiet", role: "status" });
      const button = el("button", { type: "button", class: "file" }, icon("file"),
        el("span", { dir: "auto", text: t("download", { name: block.name }) }), el("small", { text: size }));
      button.addEventListener("click", async () => {
        status.textContent = "";
        try {
          // The address is private: only a request with the token gets the file.
          const url = await this.api.blobUrl(block.url, block.media_type);
          el("a", { href: url, download: block.name }).click();
          setTimeout(() => URL.revokeObjectURL(url), REQUEST_TIMEOUT);
        } catch {
          status.textContent = t("download_failed");
        }
      });
      return el("div", {}, button, status);
    }

    /** @param {Block} block */
    link(block) {
      let url = null;
      try {
        url = new URL(block.url, this.api.origin);
      } catch {
        url = null;
      }
      if (!url || (url.protocol !== "https:" && url.origin !== this.api.origin)) return el("p", { dir: "auto", text: block.label });
      return el("p", {}, el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer", dir: "auto" },
        block.label, el("span", { class: "sr", text: ` (${t("opens")})` })));
    }
  }

  // ---------------------------------------------------------------------------------------------------------- looks
  const CSS = `
:host { all: initial; display: block; }
:host([data-inline]) { height: 100%; }
* { box-sizing: border-box; }
.root { color-scheme: light dark; --paper: light-dark(#fff, #131a18); --soft: light-dark(#f1f5f3, #1d2724);
  --ink: light-dark(#15211c, #e7eeea); --quiet: light-dark(#53625b, #a5b5ad); --line: light-dark(#d3ddd8, #33413c);
  --accent: light-dark(#0a6650, #63d3b1); --on: light-dark(#fff, #06241b); --tint: light-dark(#e3f2ec, #173a30);
  --warn: light-dark(#fff4d6, #3a2f10); --bad: light-dark(#fde8e6, #421d1a);
  font: 400 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: var(--ink);
  text-align: start; -webkit-text-size-adjust: 100%; overflow-wrap: anywhere; }
.root[data-theme="light"] { color-scheme: light; }
.root[data-theme="dark"] { color-scheme: dark; }
.inline { height: 100%; }
[hidden] { display: none !important; }
button, textarea { font: inherit; color: inherit; margin: 0; }
button { cursor: pointer; min-height: 40px; border: 1px solid transparent; border-radius: 12px; background: none; touch-action: manipulation; }
button:disabled { cursor: default; }
:focus { outline: none; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; flex: none; display: block; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet { color: var(--quiet); font-size: 14px; }

.launcher { position: fixed; inset-block-end: 20px; right: 20px; z-index: 2147483000; width: 60px; height: 60px; border-radius: 50%;
  display: grid; place-items: center; background: var(--accent); color: var(--on); box-shadow: 0 6px 24px rgb(0 0 0 / .28); transition: transform .15s; }
.launcher svg { width: 28px; height: 28px; }
.launcher:hover { transform: translateY(-2px); }
.left .launcher { right: auto; left: 20px; }
.badge { position: absolute; inset-block-start: -4px; inset-inline-end: -4px; min-width: 24px; padding: 0 6px; border-radius: 12px; background: #b3261e;
  color: #fff; font-size: 14px; font-weight: 700; line-height: 24px; text-align: center; border: 2px solid var(--paper); box-sizing: content-box; height: 24px; }

.panel { display: flex; flex-direction: column; background: var(--paper); border: 1px solid var(--line); border-radius: 20px; overflow: hidden; }
.floating .panel { position: fixed; inset-block-end: 20px; right: 20px; z-index: 2147483000; width: min(420px, calc(100vw - 40px)); height: min(720px, calc(100vh - 40px));
  height: min(720px, calc(100dvh - 40px)); box-shadow: 0 16px 56px rgb(0 0 0 / .28); animation: rise .18s ease-out; }
.floating.left .panel { right: auto; left: 20px; }
.floating .panel.wide { width: min(760px, calc(100vw - 40px)); height: calc(100vh - 40px); height: calc(100dvh - 40px); }
.inline .panel { height: 100%; min-height: 360px; }
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }

header { display: flex; align-items: center; gap: 10px; padding: 12px 12px 12px 18px; border-block-end: 1px solid var(--line); }
[dir="rtl"] header { padding: 12px 18px 12px 12px; }
header > svg { color: var(--accent); width: 28px; height: 28px; }
.names { flex: 1; min-width: 0; }
h2 { margin: 0; font-size: 16px; font-weight: 650; line-height: 1.3; }
.names p { margin: 0; font-size: 13px; line-height: 1.35; color: var(--quiet); }
.icon { width: 40px; padding: 0; display: grid; place-items: center; color: var(--quiet); }
.icon:hover { background: var(--soft); color: var(--ink); }

.log { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 16px; display: flex; flex-direction: column; gap: 14px; position: relative; }
.log:focus-visible { outline-offset: -3px; }
.turn { display: flex; flex-direction: column; gap: 10px; max-width: 100%; min-width: 0; position: relative; }
.turn > * { min-width: 0; }
.advisor > .text { background: var(--soft); border-radius: 4px 16px 16px; padding: 10px 14px; align-self: flex-start; max-width: 94%; }
[dir="rtl"] .advisor > .text { border-radius: 16px 4px 16px 16px; }
.investor { align-self: flex-end; max-width: 84%; background: var(--accent); color: var(--on); border-radius: 16px 16px 4px; padding: 9px 14px; display: block; white-space: pre-wrap; }
[dir="rtl"] .investor { border-radius: 16px 16px 16px 4px; }
.investor[data-state="waiting"] { opacity: .82; }
.investor[data-state="failed"] { background: var(--bad); color: var(--ink); }
.text ul { margin: 0; padding-inline-start: 20px; }
.text li + li { margin-block-start: 3px; }
strong { font-weight: 680; }
a { color: var(--accent); text-underline-offset: 3px; display: inline-block; min-height: 24px; }
p { margin: 0; }
.text > p:not(:first-child), .text > ul:not(:first-child) { margin-block-start: 9px; }

.choices { display: flex; flex-direction: column; gap: 8px; }
.option { display: flex; align-items: center; gap: 10px; min-height: 46px; padding: 8px 12px; text-align: start; border-color: var(--line); background: var(--paper); transition: background .12s, border-color .12s; }
.option:hover:enabled { border-color: var(--accent); background: var(--tint); }
.option .n { flex: none; width: 24px; height: 24px; border-radius: 8px; background: var(--soft); color: var(--quiet); font-size: 13px; font-weight: 650; display: grid; place-items: center; }
.option .label { display: flex; flex-direction: column; min-width: 0; line-height: 1.35; }
.option small { color: var(--quiet); font-size: 14px; }
.option[aria-pressed="true"], .option.chosen { border-color: var(--accent); background: var(--tint); }
.option[aria-pressed="true"] .n, .option.chosen .n { background: var(--accent); color: var(--on); }
.choices.past { flex-flow: row wrap; gap: 6px; }
.choices.past > p { width: 100%; }
.past .option { min-height: 30px; padding: 2px 10px; font-size: 14px; border-style: dashed; border-radius: 10px; }
.past .option:not(.chosen) { color: var(--quiet); }
.past .option small, .past .option .n, .past .done { display: none; }
.done, .send, .primary { background: var(--accent); color: var(--on); font-weight: 600; padding: 8px 18px; }
.done { align-self: flex-start; min-height: 44px; }
.done:disabled { background: var(--soft); color: var(--quiet); }
.ghost { border-color: var(--line); padding: 4px 14px; font-size: 15px; }
.ghost:hover:enabled { border-color: var(--accent); background: var(--tint); }

figure { margin: 0; border: 1px solid var(--line); border-radius: 16px; overflow: hidden; }
.frame { padding: 12px 14px; position: relative; }
.frame > p, .frame > p + button { margin-block-start: 8px; }
.frame:has(img) { padding: 0; }
img { display: block; width: 100%; height: auto; cursor: zoom-in; }
.enlarge { position: absolute; inset-block-start: 4px; inset-inline-end: 4px; }
.viewer { padding: 0; border: 0; color: inherit; background: var(--paper); width: min(1280px, 100vw); max-width: 100vw; height: fit-content; max-height: 100dvh; overflow: hidden; border-radius: 16px; }
.viewer::backdrop { background: rgb(0 0 0 / .6); }
.viewer div { overflow: auto; max-height: 100dvh; }
.viewer img { width: max(100%, 800px); cursor: auto; }
.viewer .icon { position: absolute; inset-block-start: 6px; inset-inline-end: 6px; background: var(--soft); color: var(--ink); }
details { border-block-start: 1px solid var(--line); }
summary { padding: 9px 14px; min-height: 40px; font-size: 15px; cursor: pointer; color: var(--accent); }
summary:focus-visible { outline-offset: -3px; border-radius: 12px; }
details .quiet { padding: 8px 14px; }
.scroll { container-type: inline-size; overflow-x: auto; border: 1px solid var(--line); border-radius: 14px; overscroll-behavior-x: contain; }
details .scroll { border-width: 1px 0 0; border-radius: 0; }
table { border-collapse: collapse; width: 100%; font-size: 14.5px; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { text-align: start; padding: 10px 14px; font-weight: 600; font-size: 15px; }
caption span { display: block; position: sticky; inset-inline-start: 14px; width: calc(100cqi - 28px); }
th, td { padding: 7px 12px; text-align: start; vertical-align: top; border-block-start: 1px solid var(--line); min-width: 64px; }
thead th { color: var(--quiet); font-weight: 600; font-size: 13px; background: var(--soft); }
tbody th { font-weight: 500; min-width: 8em; }
.num { text-align: end; white-space: nowrap; }
thead .num { white-space: normal; }

.notice { display: flex; gap: 10px; padding: 10px 14px; border-radius: 14px; background: var(--tint); font-size: 15px; }
.notice.warning { background: var(--warn); }
.notice.error { background: var(--bad); }
.notice svg { margin-block-start: 1px; }
.file { display: inline-flex; align-items: center; gap: 10px; border-color: var(--line); padding: 8px 14px; text-align: start; }
.file:hover { border-color: var(--accent); background: var(--tint); }
.file small { color: var(--quiet); }
.earlier { align-self: center; }

.typing { align-self: flex-start; display: flex; gap: 5px; padding: 14px; background: var(--soft); border-radius: 4px 16px 16px; }
.typing i { width: 8px; height: 8px; border-radius: 50%; background: var(--quiet); animation: blink 1.2s infinite both; }
.typing i:nth-child(2) { animation-delay: .2s; }
.typing i:nth-child(3) { animation-delay: .4s; }
@keyframes blink { 0%, 70%, 100% { opacity: .3; } 35% { opacity: 1; } }

.status > div { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding: 8px 16px; background: var(--warn); font-size: 15px; }
.composer { border-block-start: 1px solid var(--line); padding: 10px 12px 8px; display: flex; flex-direction: column; gap: 8px; }
.question { display: flex; align-items: center; gap: 8px; flex-wrap: wrap; position: relative; padding-inline-start: 4px; }
.step { font-size: 13px; color: var(--quiet); flex: 1; white-space: nowrap; }
.moves { display: flex; gap: 6px; }
progress { appearance: none; position: absolute; inset: -11px -12px auto; width: calc(100% + 24px); height: 3px; border: 0; background: var(--line); }
progress::-webkit-progress-bar { background: var(--line); }
progress::-webkit-progress-value { background: var(--accent); transition: inline-size .3s; }
progress::-moz-progress-bar { background: var(--accent); }
.row { display: flex; align-items: flex-end; gap: 8px; }
textarea { flex: 1; min-width: 0; resize: none; min-height: 46px; max-height: 140px; padding: 10px 14px; border: 1px solid light-dark(#87978f, #6a7d75); border-radius: 14px; background: var(--paper); field-sizing: content; line-height: 1.5; }
textarea::placeholder { color: var(--quiet); opacity: 1; }
textarea:focus-visible { outline-width: 2px; outline-offset: 0; border-color: var(--accent); }
.send { width: 46px; height: 46px; padding: 0; border-radius: 14px; display: grid; place-items: center; flex: none; }
.keys { display: none; border-color: var(--line); height: 46px; padding: 0 10px; font-size: 14px; flex: none; }
@media (pointer: coarse) { .keys { display: block; } }
.promise { font-size: 12.5px; line-height: 1.4; color: var(--quiet); text-align: center; text-wrap: balance; }

@media (max-width: 480px) {
  .floating .panel, .floating .panel.wide { inset: 0; width: 100%; height: 100dvh; max-height: var(--seen, none); border: 0; border-radius: 0; }
  .floating .widen { display: none; }
  .log { padding: 14px 12px; }
  table { font-size: 14px; }
  th, td { padding: 7px 9px; }
  td { min-width: 0; }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } .typing i { opacity: .7; } }
@media (forced-colors: active) { .option[aria-pressed="true"], .option.chosen { outline: 2px solid Highlight; } }
@media print {
  .root { color-scheme: light; }
  .launcher, .composer, .status, .icon, .earlier { display: none; }
  .floating .panel, .inline .panel { position: static; width: auto; height: auto; box-shadow: none; border: 0; overflow: visible; }
  .log { overflow: visible; display: block; }
  .turn { margin-block-end: 12px; }
  figure, .notice, tr { break-inside: avoid; }
  .scroll { overflow: visible; }
}
`;

  // ---------------------------------------------------------------------------------------------------------- Shell
  class Shell {
    inline = settings.target !== null;
    narrow = matchMedia("(max-width: 480px)");
    title = settings.title || t("title");
    followFocus = false;
    place = 1e9; // where the log was scrolled to when the panel was closed
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    typingTimer = undefined;

    badge = el("span", { class: "badge", "aria-hidden": "true" });
    launcher = el("button", { type: "button", class: "launcher", hidden: this.inline, onclick: () => this.open() }, icon("chat"), this.badge);
    typingDots = el("div", { class: "typing", "aria-hidden": "true", hidden: true }, el("i"), el("i"), el("i"));
    earlierButton = el("button", { type: "button", class: "ghost earlier", hidden: true, text: t("earlier"), onclick: () => this.on.earlier() });
    log = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": t("log"), tabindex: "0" }, this.earlierButton, this.typingDots);
    status = el("div", { class: "status", role: "status" });
    bar = el("progress", { max: "1", value: "0" });
    step = el("span", { class: "step", id: "step" });
    moves = { back: this.moveButton("back", "back"), why: this.moveButton("why", "why?"), skip: this.moveButton("skip", "skip") };
    question = el("div", { class: "question", hidden: true }, this.bar, this.step,
      el("div", { class: "moves" }, this.moves.back, this.moves.why, this.moves.skip));
    input = el("textarea", { rows: "1", "aria-label": t("input"), "aria-describedby": "step", dir: "auto", enterkeyhint: "send", autocomplete: "off",
      placeholder: t("placeholder") });
    keyboard = el("button", { type: "button", class: "keys", hidden: true, onclick: () => this.switchKeyboard() });
    panel = el("div", { class: "panel", role: this.inline ? null : "dialog", "aria-label": this.inline ? null : this.title, hidden: !this.inline },
      this.header(), this.log, this.status, this.composer());
    viewer = el("dialog", { class: "viewer" });
    shadow = this.mount();

    /** @param {{say: (text: string, shown?: string) => void, opened: () => void, retry: () => void, earlier: () => void,
     *           draft: (text: string) => void}} on */
    constructor(on) {
      this.on = on;
      this.panel.addEventListener("keydown", (event) => this.keys(event));
      this.unread(0);
    }

    get isOpen() {
      return !this.panel.hidden;
    }

    /** @returns {ShadowRoot} put into the page */
    mount() {
      const known = STRINGS[language] !== undefined;
      const root = el("section", { class: `root ${this.inline ? "inline" : `floating ${settings.position}`}`, "aria-label": this.title,
        "data-theme": settings.theme, lang: known ? language : "en", dir: known && RTL_LANGUAGES.includes(language) ? "rtl" : "ltr" }, this.launcher, this.panel, this.viewer);
      const host = el("div", { "data-smartinvest": "", "data-inline": this.inline });
      const shadow = host.attachShadow({ mode: "open" });
      // A constructed sheet is no inline style: the strictest style-src lets it pass.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      shadow.adoptedStyleSheets = [sheet];
      shadow.append(root);
      (settings.target || document.body).append(host);
      // On phones the on-screen keyboard covers the page without resizing it.
      window.visualViewport?.addEventListener("resize", () => {
        root.style.setProperty("--seen", `${window.visualViewport?.height}px`);
        if (shadow.activeElement === this.input) this.toEnd();
      });
      return shadow;
    }

    header() {
      const widen = el("button", { type: "button", class: "icon widen", "aria-label": t("widen"), "aria-pressed": "false", hidden: this.inline }, icon("widen"));
      widen.addEventListener("click", () => widen.setAttribute("aria-pressed", String(this.panel.classList.toggle("wide"))));
      const close = el("button", { type: "button", class: "icon", "aria-label": t("close"), hidden: this.inline, onclick: () => this.close() }, icon("close"));
      return el("header", {}, icon("chat"), el("div", { class: "names" }, el("h2", { dir: "auto", text: this.title }), el("p", { dir: "auto", text: settings.note })), widen, close);
    }

    /** @param {string} name @param {string} said what the advisor understands @returns {HTMLButtonElement} */
    moveButton(name, said) {
      return el("button", { type: "button", class: "ghost", "data-move": name, text: t(name), onclick: () => {
        this.followFocus = true;
        this.on.say(said, t(name));
      } });
    }

    composer() {
      this.input.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this.submit();
      });
      this.input.addEventListener("input", () => this.on.draft(this.input.value));
      const form = el("form", { class: "composer" }, this.question, el("div", { class: "row" }, this.input, this.keyboard,
        el("button", { type: "submit", class: "send", "aria-label": t("send") }, icon("send"))), el("p", { class: "promise", text: t("promise") }));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.submit();
      });
      return form;
    }

    submit() {
      const text = this.input.value.trim();
      if (text) this.on.say(text);
      this.input.focus();
    }

    /** @param {string} text */
    fill(text) {
      this.input.value = text;
      this.on.draft(text);
    }

    /** @param {KeyboardEvent} event */
    keys(event) {
      if (this.inline) return;
      if (event.key === "Escape" && !event.isComposing) {
        event.stopPropagation();
        this.close();
      } else if (event.key === "Tab" && this.narrow.matches) {
        // The panel covers the whole page then: focus must not wander off behind it.
        const stops = [...this.panel.querySelectorAll("button, textarea, a[href], summary, [tabindex]")]
          .filter((node) => /** @type {HTMLElement} */ (node).checkVisibility() && !(/** @type {any} */ (node).disabled));
        const edge = event.shiftKey ? stops[0] : stops.at(-1);
        const other = event.shiftKey ? stops.at(-1) : stops[0];
        if (this.shadow.activeElement === edge) {
          event.preventDefault();
          /** @type {HTMLElement} */ (other).focus();
        }
      }
    }

    /** @param {boolean} [focus] false: opened by the page, which keeps the focus */
    open(focus = true) {
      if (!this.isOpen) {
        this.panel.hidden = false;
        this.launcher.hidden = true;
        this.log.scrollTop = this.place; // a hidden element forgets it
        if (this.narrow.matches) this.panel.setAttribute("aria-modal", "true");
        else this.panel.removeAttribute("aria-modal");
      }
      this.on.opened();
      if (focus) this.input.focus();
    }

    close() {
      this.place = this.atEnd() ? 1e9 : this.log.scrollTop;
      this.panel.hidden = true;
      this.launcher.hidden = false;
      this.launcher.focus();
      this.on.opened();
    }

    /** @param {number} n messages not yet seen */
    unread(n) {
      this.badge.hidden = n === 0;
      this.badge.textContent = String(n);
      this.launcher.setAttribute("aria-label", t("open", { title: this.title }) + (n ? ` (${unreadWords(n)})` : ""));
    }

    /** @param {string} author @param {number} [turn] none: still on its way @returns {HTMLElement} placed by its number */
    turn(author, turn) {
      const node = el("div", { class: `turn ${author}`, "data-turn": turn },
        el("span", { class: "sr", text: `${t(author === "investor" ? "you" : "advisor")}: ` }));
      const later = [...this.log.querySelectorAll(".turn")].find((other) => turnOf(other) > turnOf(node));
      this.log.insertBefore(node, later || this.typingDots);
      return node;
    }

    /** @param {string} text @param {number} [turn] */
    investor(text, turn) {
      const node = this.turn("investor", turn);
      node.setAttribute("dir", "auto");
      node.append(text);
      return node;
    }

    /** Buttons of questions already answered do nothing any more. @param {string[]} [chosen] ids to mark in the newest ones */
    retire(chosen = []) {
      this.log.querySelectorAll(".choices:not(.past)").forEach((group) => this.retireGroup(group, chosen));
    }

    /** @param {Element} group @param {string[]} [chosen] */
    retireGroup(group, chosen = []) {
      group.classList.add("past");
      group.querySelectorAll("button").forEach((button) => {
        button.disabled = true;
        if (chosen.includes(button.dataset.option || "")) button.classList.add("chosen");
      });
    }

    /** Make the newest buttons usable again: the answer was refused. */
    revive() {
      const group = [...this.log.querySelectorAll(".choices")].at(-1);
      group?.classList.remove("past");
      group?.querySelectorAll("button").forEach((button) => {
        button.disabled = false;
        button.classList.remove("chosen");
      });
    }

    /** @param {Expects | null} expects the open question, shown as the composer's shape */
    ask(expects) {
      this.question.hidden = expects === null;
      const step = expects?.step || 0;
      const steps = expects?.steps || 0;
      this.bar.hidden = this.step.hidden = steps === 0;
      this.bar.max = steps || 1;
      this.bar.value = step;
      this.bar.setAttribute("aria-label", t("progress_label", { step, steps }));
      this.step.textContent = t("progress", { step, steps });
      this.moves.back.hidden = step <= 1;
      this.moves.skip.hidden = !expects?.skippable;
      const kind = expects?.kind || "text";
      this.input.dataset.slot = expects?.slot || "";
      this.input.dataset.kind = kind;
      this.input.placeholder = expects?.example ? t("example", { example: expects.example }) : t("placeholder");
      this.keyboard.hidden = !["money", "percent", "number"].includes(kind);
      this.input.inputMode = this.keyboard.hidden ? "text" : "decimal";
      this.nameKeyboard();
    }

    /** "5k" and questions need letters: the number keyboard of a phone is an offer only. */
    switchKeyboard() {
      this.input.inputMode = this.input.inputMode === "decimal" ? "text" : "decimal";
      this.nameKeyboard();
      this.input.focus();
    }

    nameKeyboard() {
      const digits = this.input.inputMode === "decimal";
      this.keyboard.textContent = digits ? "abc" : "123";
      this.keyboard.setAttribute("aria-label", t(digits ? "letters" : "digits"));
    }

    /** Move the focus to the new question, if the last answer came from a button that is gone now. */
    focusQuestion() {
      if (!this.followFocus || !this.isOpen) return;
      this.followFocus = false;
      const option = /** @type {HTMLElement | null} */ (this.log.querySelector(".turn:nth-last-child(-n + 3) .choices:not(.past) button:enabled"));
      // Focus in a text field opens a phone's keyboard over what there is to read.
      (option || (matchMedia("(pointer: coarse)").matches ? this.log : this.input)).focus({ preventScroll: true });
    }

    /** @param {boolean} on @param {number} [delay] ms */
    typing(on, delay = 0) {
      clearTimeout(this.typingTimer);
      if (!on) {
        this.typingDots.hidden = true;
        return;
      }
      this.typingTimer = setTimeout(() => {
        const end = this.atEnd();
        this.typingDots.hidden = false;
        if (end) this.toEnd();
        this.typingTimer = setTimeout(() => this.typing(false), 60_000);
      }, delay);
    }

    /** @param {number} tries failed so far; 0: all is well again */
    trouble(tries) {
      if (!tries) return this.status.replaceChildren();
      const button = tries > RETRIES_BEFORE_BUTTON;
      const words = t(button ? "unreachable" : "trying");
      if (this.status.textContent?.startsWith(words)) return; // said already: do not say it again at every try
      this.status.replaceChildren(el("div", {}, el("span", { text: words }),
        button && el("button", { type: "button", class: "ghost", text: t("retry"), onclick: () => this.on.retry() })));
    }

    /** @param {string} words a sentence about the message in the input; gone with the next one */
    complain(words) {
      this.status.replaceChildren(el("div", {}, el("span", { text: words })));
    }

    /** A picture over the whole page: on a phone its words are too small in the chat. @param {HTMLImageElement} image */
    enlarge(image) {
      const close = el("button", { type: "button", class: "icon", "aria-label": t("close_picture"), onclick: () => this.viewer.close() }, icon("close"));
      this.viewer.setAttribute("aria-label", image.title);
      this.viewer.replaceChildren(el("div", { tabindex: "0", role: "group", "aria-label": image.title }, el("img", { src: image.src, alt: image.alt })), close);
      this.viewer.showModal(); // Esc, the focus inside and the focus back are the browser's
      close.focus();
    }

    atEnd() {
      return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
    }

    toEnd() {
      this.log.scrollTop = this.log.scrollHeight;
    }

    /** Show the newest turn from its beginning. @param {HTMLElement} node */
    toTurn(node) {
      this.log.scrollTop = node.offsetTop - 72; // the end of what was said before stays in view
    }
  }

  /** @param {Element} node @returns {number} the turn's number; what is still on its way comes last */
  const turnOf = (node) => Number(/** @type {HTMLElement} */ (node).dataset.turn || Infinity);

  // ------------------------------------------------------------------------------------------------------- Dialogue
  class Dialogue {
    store = new Store(settings.api);
    api = new Api(settings.api);
    shell = new Shell({
      say: (text, shown) => this.say(text, shown),
      opened: () => this.opened(),
      retry: () => this.wake(),
      earlier: () => void this.earlier(),
      draft: (text) => (this.store.draft = text),
    });
    blocks = new Blocks(this.api, (options, multiple) => this.choose(options, multiple), (image) => this.shell.enlarge(image));
    stream = new EventStream(this.api, {
      event: (name, data) => this.event(name, data),
      connected: () => void this.catchUpQuietly(),
      refused: (status) => void this.streamRefused(status),
    });
    /** @type {Session | null} */
    session = null;
    /** @type {Promise<void> | null} */
    ready = null;
    /** @type {Set<number>} turns on screen */
    shown = new Set();
    /** @type {number[]} the advisor's turns, for the count of the unread */
    advised = [];
    last = 0;
    /** @type {Session | null} as it was stored when this page began */
    resumed = null;
    /** @type {Map<string, string>} labels of options by id, for the choices in the history */
    labels = new Map();
    /** @type {{item: Unsent, node: HTMLElement}[]} the investor's messages whose answer has not come */
    waiting = [];
    sending = false; // the queue is being worked off
    posting = false; // a request is on its way at this moment
    /** @type {Answer[]} events that came while a request was on its way */
    held = [];
    /** @type {Set<() => void>} */
    sleepers = new Set();

    /** Nothing shown, nothing known: the state before the first turn. */
    forget() {
      this.shown.clear();
      this.advised = [];
      this.last = 0;
      this.labels.clear();
    }

    // ------------------------------------------------------------------------------------------ opening and resuming
    /** The dialogue's beginning; called as often as one likes. @returns {Promise<void>} */
    begin() {
      this.ready ??= this.connect().catch((error) => {
        this.ready = null;
        this.shell.complain(t("refused", { reason: error instanceof Error ? error.message : "" }));
      });
      return this.ready;
    }

    async connect() {
      const stored = this.store.session;
      if (stored) await this.resume(stored);
      else await this.greet();
      this.shell.fill(this.shell.input.value || this.store.draft);
      this.restoreUnsent();
      this.stream.start();
      void this.send();
    }

    /** A new session, which begins with the greeting. */
    async greet() {
      this.api.token = "";
      const wish = {
        locale: settings.locale,
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        ...(settings.currency ? { currency: settings.currency } : {}),
      };
      const answer = await this.patiently(() => this.api.json("/sessions", wish)).catch((error) => {
        // A browser may know a language or a time zone the advisor does not: then the advisor's defaults.
        if (error instanceof Refused && error.status === 422) return this.patiently(() => this.api.json("/sessions", {}));
        throw error;
      });
      this.forget();
      this.session = { session_id: answer.session_id, token: answer.token, turn: 0, asked: 0, expects: null, seen: 0 };
      this.api.token = answer.token;
      this.show(answer);
    }

    /** @param {Session} stored */
    async resume(stored) {
      this.session = this.resumed = stored;
      this.api.token = stored.token;
      this.shell.log.setAttribute("aria-live", "off"); // what was said before is not news
      try {
        await this.patiently(() => this.catchUp(Math.max(0, stored.turn - PAGE / 2)));
        this.showEarlierButton();
        this.shell.toEnd();
      } catch (error) {
        if (!(error instanceof Refused) || error.status !== 401) throw error;
        await this.renew();
      } finally {
        setTimeout(() => this.shell.log.setAttribute("aria-live", "polite"), 500);
      }
    }

    /** The token is unknown or has expired: go on in another tab's newer session, else begin a new one and say so. */
    async renew() {
      const stored = this.store.session;
      const known = stored && stored.token !== this.api.token ? stored : null;
      this.stream.stop();
      this.stream.lastId = "";
      this.dropUnsent();
      this.shell.retire();
      // Turns of the session that ended stay readable above those of the new one.
      this.shell.log.querySelectorAll(".turn").forEach((node) => node.setAttribute("data-turn", "-1"));
      this.forget();
      if (known) return this.resume(known);
      this.store.session = null;
      const sentence = this.blocks.notice("info", t("ended"));
      await this.greet();
      const first = this.shell.log.querySelector(`.turn[data-turn="${this.last}"]`);
      first?.prepend(sentence);
      this.stream.start();
    }

    async renewOrSay() {
      try {
        await this.renew();
      } catch (error) {
        this.shell.complain(t("refused", { reason: error instanceof Error ? error.message : "" }));
      }
    }

    // ------------------------------------------------------------------------------------------------ turns on screen
    /** @param {Answer} answer @param {boolean} [scroll] @returns {void} */
    show(answer, scroll = true) {
      if (this.shown.has(answer.turn)) return;
      const newest = answer.turn > this.last;
      const node = this.shell.turn("advisor", answer.turn);
      this.fillTurn(node, answer, newest);
      this.shown.add(answer.turn);
      this.advised.push(answer.turn);
      this.shell.typing(false);
      if (!newest) return;
      this.last = answer.turn;
      // A turn we began may come in the middle of a question: without `expects` of its own it leaves the question open.
      if (answer.expects !== undefined) this.remember(answer.expects, answer.turn);
      else this.remember(this.session?.expects || null, this.session?.asked || 0);
      if (scroll) this.shell.toTurn(node);
      this.shell.focusQuestion();
      this.countUnread();
    }

    /** @param {HTMLElement} node @param {Answer} answer @param {boolean} live the newest turn: its buttons work */
    fillTurn(node, answer, live) {
      const expects = answer.expects || null;
      const options = expects?.options || [];
      const ids = options.map((option) => option.id).join();
      if (live && answer.expects !== undefined) this.shell.retire();
      for (const block of answer.blocks || []) {
        if (block.kind === "choices") {
          for (const option of block.options) this.labels.set(option.id, option.label);
          // The open question's options are shown once, though they may come as a block and as `expects`.
          if (ids && ids === block.options.map((/** @type {Option} */ option) => option.id).join()) {
            if (block.prompt) node.append(prose(block.prompt));
            continue;
          }
        }
        const rendered = this.blocks.render(block);
        if (rendered) node.append(rendered);
      }
      for (const option of options) this.labels.set(option.id, option.label);
      if (options.length) node.append(this.blocks.choices(options, expects?.kind === "multichoice"));
      if (!live) node.querySelectorAll(".choices").forEach((group) => this.shell.retireGroup(group));
    }

    /** @param {Expects | null} expects the question that is open now @param {number} asked the turn that asked it */
    remember(expects, asked) {
      this.shell.ask(expects);
      if (!this.session) return;
      const seen = this.isWatched() ? Math.max(this.session.seen, this.last) : this.session.seen;
      this.session = { ...this.session, turn: this.last, asked, expects, seen };
      this.store.session = this.session;
    }

    /** One entry of the history. @param {Entry} entry */
    place(entry) {
      if (this.shown.has(entry.turn)) return;
      if (entry.author !== "investor") {
        const unasked = this.advised.includes(entry.turn - 1) ? undefined : null;
        const stored = this.resumed?.asked === entry.turn ? this.resumed.expects : unasked;
        this.show({ turn: entry.turn, blocks: entry.blocks || [], expects: entry.expects ?? stored }, false);
        return;
      }
      this.shown.add(entry.turn);
      this.last = Math.max(this.last, entry.turn);
      const said = content(entry);
      const own = this.waiting.find(({ item, node }) => !node.dataset.turn && content(item) === said);
      if (own) own.node.dataset.turn = String(entry.turn);
      else this.shell.investor(this.words(entry), entry.turn);
    }

    /** @param {Entry} entry an investor's @returns {string} what was typed, or the labels of what was chosen */
    words(entry) {
      if (entry.text !== null && entry.text !== undefined) return entry.text;
      const ids = [entry.choice ?? []].flat();
      return ids.map((id) => this.labels.get(id) || id.replaceAll("_", " ")).join(", ");
    }

    /** Fetch and show what came after a turn. @param {number} after */
    async catchUp(after) {
      for (;;) {
        const { turns } = await this.api.json(`/history?after=${after}&limit=${PAGE}`);
        for (const entry of turns) this.place(entry);
        if (turns.length < PAGE) return;
        after = turns.at(-1).turn;
      }
    }

    async catchUpQuietly() {
      try {
        if (this.posting) return; // its answer fills the gap
        if (this.isBegun()) await this.catchUp(this.last);
        else await this.peek();
      } catch (error) {
        if (error instanceof Refused && error.status === 401) await this.streamRefused(401);
        // Else the network is at fault: the stream goes on trying, and every return of it catches up.
      }
    }

    showEarlierButton() {
      const first = Math.min(...this.shown);
      this.shell.earlierButton.hidden = !Number.isFinite(first) || first <= 1;
    }

    /** The page of the history before the first turn on screen. */
    async earlier() {
      const first = Math.min(...this.shown);
      const after = Math.max(0, first - 1 - PAGE);
      const log = this.shell.log;
      const below = log.scrollHeight - log.scrollTop;
      log.setAttribute("aria-live", "off");
      const { turns } = await this.patiently(() => this.api.json(`/history?after=${after}&limit=${first - 1 - after}`));
      for (const entry of turns) this.place(entry);
      this.showEarlierButton();
      if (!turns.length) this.shell.earlierButton.hidden = true;
      log.scrollTop = log.scrollHeight - below;
      setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
    }

    // --------------------------------------------------------------------------------------------------------- saying
    /** @param {string} text @param {string} [shown] */
    say(text, shown = text) {
      if (new TextEncoder().encode(text).length > MAX_TEXT_BYTES) return this.shell.complain(t("too_long"));
      if (shown === text) this.shell.fill("");
      this.post({ client_id: randomId(), text, shown });
    }

    /** @param {Option[]} options @param {boolean} multiple */
    choose(options, multiple) {
      const ids = options.map((option) => option.id);
      this.shell.followFocus = true;
      this.shell.retire(ids);
      this.post({ client_id: randomId(), choice: multiple ? ids : ids[0], shown: options.map((option) => option.label).join(", ") });
    }

    /** @param {Unsent} item */
    post(item) {
      this.store.unsent = [...this.store.unsent, item];
      this.wait(item);
      this.shell.toEnd();
      void this.send();
    }

    /** @param {Unsent} item */
    wait(item) {
      const node = this.shell.investor(item.shown);
      node.dataset.state = "waiting";
      this.waiting.push({ item, node });
    }

    /** After a reload: messages whose answer never came are sent again under their old ids. */
    restoreUnsent() {
      const shown = [...this.shell.log.querySelectorAll(".investor")].at(-1)?.lastChild?.textContent;
      for (const item of this.store.unsent) {
        // The history may show it already; its repeat only fetches the answer.
        if (item.shown !== shown) this.wait(item);
      }
      if (this.store.unsent.length) this.shell.retire();
    }

    /** What was not sent to a session that ended goes back into the input. */
    dropUnsent() {
      const typed = this.store.unsent.map((item) => item.text).filter(Boolean).join(" ");
      if (typed && !this.shell.input.value) this.shell.fill(typed);
      this.store.unsent = [];
      for (const { node } of this.waiting) node.remove();
      this.waiting = [];
    }

    /** Work off the unsent messages, one after the other. */
    async send() {
      if (this.sending || !this.isBegun()) return;
      await this.ready;
      if (this.sending) return;
      this.sending = true;
      try {
        for (let item = this.store.unsent[0]; item; item = this.store.unsent[0]) await this.deliver(item);
      } finally {
        this.sending = false;
        this.shell.typing(false);
      }
    }

    /** @param {Unsent} item sent under one id, however often it takes */
    async deliver(item) {
      const { shown, ...body } = item;
      try {
        const answer = await this.patiently(() => this.postOnce(body));
        await this.settle(item, answer);
      } catch (error) {
        if (error instanceof Refused && error.status === 401) await this.renewOrSay();
        else this.fail(item, error);
      }
      this.store.unsent = this.store.unsent.filter((other) => other.client_id !== item.client_id);
      this.waiting = this.waiting.filter((other) => other.item.client_id !== item.client_id);
    }

    /** @param {object} body */
    async postOnce(body) {
      this.posting = true;
      this.shell.typing(true, 300);
      try {
        return await this.api.json("/messages", body);
      } finally {
        this.posting = false;
        this.shell.typing(false);
        // After the answer, which is handled in the tasks of this moment.
        setTimeout(() => this.held.splice(0).forEach((answer) => this.arrived(answer)));
      }
    }

    /** @param {Unsent} item @param {Answer} answer */
    async settle(item, answer) {
      const asked = answer.turn - 1;
      const node = this.waiting.find((other) => other.item.client_id === item.client_id)?.node;
      // A gap: something was said elsewhere (another tab, a push) that this page has not shown yet.
      if (asked > this.last + 1) await this.catchUp(this.last).catch(() => undefined);
      if (node) delete node.dataset.state;
      if (node && !node.dataset.turn) {
        if (this.shown.has(asked)) node.remove();
        else node.dataset.turn = String(asked);
      } else if (!node && !this.shown.has(asked)) {
        this.shell.investor(item.shown, asked);
      }
      this.shown.add(asked);
      this.show(answer);
    }

    /** @param {Unsent} item @param {unknown} error */
    fail(item, error) {
      const node = this.waiting.find((other) => other.item.client_id === item.client_id)?.node;
      if (node) node.dataset.state = "failed";
      if (node && !node.dataset.turn) node.dataset.turn = String(this.last);
      if (item.text && item.shown === item.text && !this.shell.input.value) this.shell.fill(item.text);
      this.shell.revive();
      this.shell.complain(t("refused", { reason: error instanceof Error ? error.message : String(error) }));
    }

    /**
     * Try until the server answers, ever more slowly; the retry button and a network that is back cut the wait short.
     * @template T @param {() => Promise<T>} action @returns {Promise<T>}
     */
    async patiently(action) {
      for (let tries = 0; ; tries += 1) {
        try {
          const result = await action();
          this.shell.trouble(0);
          return result;
        } catch (error) {
          if (!(error instanceof Unreachable)) throw error;
          this.shell.trouble(tries + 1);
          await this.sleep(Math.max(error.wait, jitter(Math.min(30_000, 500 * 2 ** tries))));
        }
      }
    }

    /** @param {number} ms @returns {Promise<void>} ended early by `wake` */
    sleep(ms) {
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          this.sleepers.delete(done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        this.sleepers.add(done);
      });
    }

    wake() {
      for (const done of this.sleepers) done();
    }

    // -------------------------------------------------------------------------------------------------- what is pushed
    /** @param {string} name @param {any} data */
    event(name, data) {
      if (name === "typing" && this.isBegun()) return this.shell.typing(true);
      if ((name !== "blocks" && name !== "push") || !data || typeof data.turn !== "number") return;
      if (name === "push") data.expects ??= undefined;
      if (!this.isBegun()) {
        // Closed and never opened on this page: only count.
        if (data.turn > (this.session?.turn || 0) && !this.advised.includes(data.turn)) this.advised.push(data.turn);
        this.countUnread();
      } else if (this.posting) this.held.push(data);
      else this.arrived(data);
    }

    /** @param {Answer} answer by the stream */
    arrived(answer) {
      if (this.shown.has(answer.turn)) return;
      if (answer.turn > this.last + 1 || !Array.isArray(answer.blocks)) void this.catchUpQuietly();
      else this.show(answer, this.shell.atEnd());
    }

    /** @param {number} status */
    async streamRefused(status) {
      if (status !== 401) return; // no stream here: the answers to messages are enough to go on
      if (this.isBegun() && this.shell.isOpen) {
        // A message under way learns of it by itself.
        if (!this.sending) await this.renewOrSay();
      } else {
        this.store.session = null;
        this.ready = null;
      }
    }

    /** A visitor came back to a page with the panel closed: is there anything new? */
    async peek() {
      const stored = this.store.session;
      if (!stored) return;
      this.session = stored;
      this.api.token = stored.token;
      const { turns } = await this.api.json(`/history?after=${stored.seen}&limit=${PAGE}`);
      this.advised = turns.filter((/** @type {Entry} */ entry) => entry.author !== "investor").map((/** @type {Entry} */ entry) => entry.turn);
      this.countUnread();
      this.stream.start();
    }

    isBegun() {
      return this.ready !== null;
    }

    isWatched() {
      return this.shell.isOpen && document.visibilityState === "visible";
    }

    countUnread() {
      const seen = this.session?.seen || 0;
      this.shell.unread(this.isWatched() ? 0 : this.advised.filter((turn) => turn > seen).length);
    }

    /** The panel was opened or closed, or the page came into view. */
    opened() {
      const open = this.shell.isOpen;
      if (!settings.target) this.store.write("sessionStorage", ":open", open || null);
      if (open && !this.isBegun()) {
        this.forget();
        void this.begin();
      }
      if (this.session && this.isWatched() && this.isBegun()) {
        this.session = { ...this.session, seen: Math.max(this.session.seen, this.last) };
        this.store.session = this.session;
      }
      this.countUnread();
    }

    /** Let go of the connection while nobody looks, take it up again afterwards. */
    watchPage() {
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let grace;
      const back = () => {
        clearTimeout(grace);
        if (!this.session) return;
        if (!this.stream.abort) void this.catchUpQuietly();
        this.stream.start();
        this.opened();
      };
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible") back();
        else grace = setTimeout(() => this.stream.stop(), HIDDEN_GRACE);
      });
      window.addEventListener("pagehide", () => this.stream.stop());
      window.addEventListener("pageshow", (event) => event.persisted && back());
      window.addEventListener("online", () => this.wake());
    }
  }

  /** @param {{text?: string | null, choice?: string | string[] | null}} said @returns {string} equal for equal messages */
  const content = (said) => JSON.stringify([said.text ?? null, said.choice === null || said.choice === undefined ? null : [said.choice].flat()]);

  function boot() {
    settings.target = findTarget(script?.dataset.target);
    const dialogue = new Dialogue();
    dialogue.watchPage();
    const reopened = dialogue.store.read("sessionStorage", ":open") === true;
    const phone = dialogue.shell.narrow.matches;
    if (settings.target) void dialogue.begin();
    // On a phone the panel covers the page: only its reader opens it.
    else if ((settings.open || reopened) && !phone) dialogue.shell.open(false);
    else dialogue.peek().catch(() => undefined); // a badge is a courtesy: without the network there is none
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", boot);
  else boot();
})();
