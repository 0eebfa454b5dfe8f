import type { IncomingHttpHeaders } from "node:http";
import type { Caller } from "./tokens.ts";

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  /** The path's parameters by name, decoded. */
  readonly parts: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
}

/** Thrown by a handler to answer with a refusal. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(status: number, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.reply = {
      status,
      body: { message, ...more, documentation_url: "https://docs.github.com/rest", status: String(status) },
    };
  }
}

export function notFound(): Refusal {
  return new Refusal(404, "Not Found");
}

/** 422, as GitHub words a broken rule of one field. */
export function unprocessable(resource: string, field: string, message: string): Refusal {
  return new Refusal(422, "Validation Failed", { errors: [{ resource, code: "unprocessable", field, message }] });
}

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

/** One page of a list, with the Link header that leads to the others: 30 unless asked, 100 at most. */
export function page(asked: Asked, base: string, items: readonly unknown[]): Reply {
  const number = (name: string, standard: number) => {
    const value = Number(asked.query.get(name) ?? standard);
    return Number.isInteger(value) && value > 0 ? value : standard;
  };
  const size = Math.min(number("per_page", 30), 100);
  const current = number("page", 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (to: number, rel: string) => {
    const query = new URLSearchParams(asked.query);
    query.set("page", String(to));
    return `<${base}${asked.path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(current > 1 ? [link(Math.min(current - 1, last), "prev"), link(1, "first")] : []),
    ...(current < last ? [link(current + 1, "next"), link(last, "last")] : []),
  ];
  return {
    status: 200,
    body: items.slice((current - 1) * size, current * size),
    ...(links.length > 0 ? { headers: { link: links.join(", ") } } : {}),
  };
}
