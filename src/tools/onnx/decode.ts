/**
 * Decodes a protobuf message by its schema. protobufjs itself would make a function for each message, from strings, which is
 * forbidden where `--disallow-code-generation-from-strings` or a policy says so; its reader needs none.
 */
import type { Reader } from "protobufjs";

interface FieldSchema {
  readonly type: string;
  readonly id: number;
  readonly rule?: string;
  /** A packed list that is longer is skipped, and stays empty. */
  readonly mostBytes?: number;
}

export interface MessageSchema {
  readonly fields?: Readonly<Record<string, FieldSchema>>;
  readonly oneofs?: Readonly<Record<string, { readonly oneof: readonly string[] }>>;
  readonly nested?: Readonly<Record<string, MessageSchema>>;
}

type Message = Record<string, unknown>;

/** Graphs lie in attributes of graphs. No model nests them as deeply as a hostile file could. */
const mostDepth = 100;

const lengthDelimited = 2;

/**
 * Fields that a message does not have take their default: 0, "", no bytes, an empty list, null for a message. Of a oneof,
 * only the member that the message has is there, and its name under the name of the oneof.
 * @throws Error if the bytes are no such message.
 */
export function decode(reader: Reader, schema: MessageSchema, name: string): Message {
  const messages = new Map<string, MessageSchema>();
  collect(schema);
  return read(reader, name, reader.len, 0);

  function collect({ nested = {} }: MessageSchema): void {
    for (const [own, inner] of Object.entries(nested)) {
      messages.set(own, inner);
      collect(inner);
    }
  }

  function read(from: Reader, type: string, end: number, depth: number): Message {
    if (depth > mostDepth) throw new Error(`its messages are nested more than ${mostDepth} deep`);
    const { fields = {}, oneofs = {} } = messages.get(type) ?? {};
    const byId = new Map(Object.entries(fields).map(([own, field]) => [field.id, { own, field }]));
    const oneofOf = new Map(
      Object.entries(oneofs).flatMap(([own, { oneof }]) => oneof.map((one) => [one, own])),
    );
    const made: Message = {};
    for (const [own, field] of Object.entries(fields)) if (!oneofOf.has(own)) made[own] = initial(field);
    while (from.pos < end) {
      const tag = from.uint32();
      const found = byId.get(tag >>> 3);
      if (found === undefined) {
        from.skipType(tag & 7);
        continue;
      }
      const { own, field } = found;
      const wire = tag & 7;
      const one = (): unknown => value(from, field.type, wire, depth);
      if (field.rule !== "repeated") {
        made[own] = one();
        const choice = oneofOf.get(own);
        if (choice !== undefined) made[choice] = own;
      } else if (wire === lengthDelimited && scalars.has(field.type)) {
        // Numbers are packed.
        const bytes = from.uint32();
        const last = bytes + from.pos;
        if (bytes > (field.mostBytes ?? bytes)) from.skip(bytes);
        while (from.pos < last) (made[own] as unknown[]).push(one());
      } else (made[own] as unknown[]).push(one());
    }
    if (from.pos !== end) throw new Error("a message is longer than it says");
    return made;
  }

  function value(from: Reader, type: string, wire: number, depth: number): unknown {
    switch (type) {
      case "int32":
        return from.int32();
      case "int64":
        return Number(from.int64());
      case "float":
        return from.float();
      case "string":
        return from.string();
      case "bytes":
        return from.bytes();
      default: {
        if (wire !== lengthDelimited) throw new Error(`a ${type} is no message`);
        const length = from.uint32();
        if (from.pos + length > from.len) throw new Error("a message is longer than the file");
        return read(from, type, from.pos + length, depth + 1);
      }
    }
  }

  function initial({ type, rule }: FieldSchema): unknown {
    if (rule === "repeated") return [];
    if (scalars.has(type)) return 0;
    return type === "string" ? "" : type === "bytes" ? new Uint8Array() : null;
  }
}

const scalars = new Set(["int32", "int64", "float"]);
