/** @see the reseller customers API: ids are not always numbers */
export const CUSTOMER_ID = /^[\p{L}\d-]{4,40}$/u;
export const CUSTOMER_ID_RULE = 'must be 4 to 40 letters, digits or hyphens';
/** A UUID other than the nil and the max one. It has no flag, so that the description of the API can show it, too. */
export const BILLING_CUSTOMER_ID =
  /^(?!0{8}-(?:0{4}-){3}0{12}$)(?![Ff]{8}-(?:[Ff]{4}-){3}[Ff]{12}$)[\dA-Fa-f]{8}(?:-[\dA-Fa-f]{4}){3}-[\dA-Fa-f]{12}$/;
export const BILLING_CUSTOMER_ID_RULE = 'must be a UUID (8-4-4-4-12 hexadecimal digits), not the nil or max one';
