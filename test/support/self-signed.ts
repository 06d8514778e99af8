import { generateKeyPairSync, sign } from 'node:crypto';

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 255];
  return Buffer.concat([Buffer.of(tag, ...length), content]);
};
const SEQUENCE = 0x30;
const SET = 0x31;
const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);
const text = (tag: number, value: string): Buffer => der(tag, Buffer.from(value));

/** A key and a certificate (X.509 v1, `CN=localhost`) without an authority, made on the spot. */
export function selfSigned(): { readonly key: string; readonly cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const commonName = der(0x06, bytes(0x55, 0x04, 0x03));
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, commonName, text(0x0c, 'localhost'))));
  const ecdsaWithSha256 = der(SEQUENCE, der(0x06, bytes(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)));
  const validity = der(SEQUENCE, text(0x17, '200101000000Z'), text(0x17, '490101000000Z'));
  const subjectKey = publicKey.export({ type: 'spki', format: 'der' });
  const signed = der(SEQUENCE, der(0x02, bytes(1)), ecdsaWithSha256, name, validity, name, subjectKey);
  const signature = der(0x03, bytes(0), sign('sha256', signed, privateKey));
  const base64 = der(SEQUENCE, signed, ecdsaWithSha256, signature).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
}
