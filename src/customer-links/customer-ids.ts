/** @see the reseller customers API: ids are not always numbers */
export const CUSTOMER_ID = /^[\p{L}\d-]{4,40}$/u;
export const CUSTOMER_ID_RULE = 'must be 4 to 40 letters, digits or hyphens';
/** A UUID other than the nil and the max one. */
export const BILLING_CUSTOMER_ID =
  /^(?!0{8}-(?:0{4}-){3}0{12}$)(?!f{8}-(?:f{4}-){3}f{12}$)[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
export const BILLING_CUSTOMER_ID_RULE = 'must be a UUID (8-4-4-4-12 hexadecimal digits), not the nil or max one';
