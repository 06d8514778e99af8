import Type, {
  type Static,
  type TArray,
  type TEnum,
  type TObject,
  type TProperties,
  type TSchema,
  type TSchemaOptions,
  type TUnsafe,
} from 'typebox';

/** The type that a schema describes, deeply readonly. */
export type ReadonlyStatic<Schema extends TSchema> = DeepReadonly<Static<Schema>>;
type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;

/** An object with exactly these properties; all are required, except those made with `Type.Optional`. */
export const object = <Properties extends TProperties>(
  properties: Properties,
  options: TSchemaOptions = {},
): TObject<Properties> => Type.Object(properties, { additionalProperties: false, ...options });

/** A list of these items. */
export const array = <Items extends TSchema>(items: Items, description?: string): TArray<Items> =>
  Type.Array(items, description === undefined ? {} : { description });

/** The keyword that TypeBox's own types of these schemas do not declare. */
interface Typed {
  type: string | string[];
}

/** One text of a closed list. */
export const enumeration = <const Values extends string[]>(
  values: readonly [...Values],
  options: TSchemaOptions = {},
): Typed & TEnum<Values> => Type.Enum(values, { type: 'string', ...options }) as Typed & TEnum<Values>;

/** The JSON Schema of a `T`. */
export const schemaOf = <T>(schema: TSchema): Partial<Typed> & TUnsafe<T> => Type.Unsafe<T>(schema);

/** The schema, or null. */
export function orNull<Schema extends Typed>(schema: Schema): Partial<Typed> & TUnsafe<Static<Schema> | null> {
  const { type, enum: values, ...more }: Typed & { readonly enum?: readonly unknown[] } = schema;
  return schemaOf({ type: [type, 'null'], ...(values && { enum: [...values, null] }), ...more });
}

export const text = Type.String();
export const maybeText = orNull(text);
export const flag = Type.Boolean();
export const anything = schemaOf<unknown>({});
export const uuid = Type.String({ format: 'uuid', examples: ['3fa85f64-5717-4562-b3fc-2c963f66afa6'] });
/** ISO 8601 with Z. */
export const instant = Type.String({ format: 'date-time' });
export const maybeInstant = orNull(instant);
export const maybeDate = orNull(Type.String({ format: 'date' }));
