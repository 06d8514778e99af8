import { IsOptional, Matches } from 'class-validator';
import { IsCertificateFile, IsPrivateKeyFile, IsRedisUrl, IsVisibleAscii, IsWholeNumber } from '../env.rules.ts';
import { Variable } from '../variable.ts';

/** How Redis is reached. */
export class RedisVariables {
  @Variable(
    'Redis for merged profiles and links: redis:// or rediss:// (TLS), with user, password and database as usual. For a Redis Cluster, the address of one node is enough; several, comma-separated, are tried in turn. redis+sentinel://user:password@host:26379,host2:26379/primary: Sentinel. Absent: profiles are kept in this process alone and links cannot be stored.',
    { secret: true },
  )
  @IsOptional()
  @IsRedisUrl()
  REDIS_URL?: string;

  @Variable(
    'PEM file with the certificate authorities that a rediss:// server is checked against, instead of the public ones.',
  )
  @IsOptional()
  @IsCertificateFile()
  REDIS_CA_FILE?: string;

  @Variable(
    'PEM file with the certificate that this service shows to a rediss:// server, its own first. Read again for each connection.',
  )
  @IsOptional()
  @IsCertificateFile()
  REDIS_CERT_FILE?: string;

  @Variable('PEM file with the private key of REDIS_CERT_FILE, without a passphrase.')
  @IsOptional()
  @IsPrivateKeyFile()
  REDIS_KEY_FILE?: string;

  @Variable('Password of the sentinels themselves, if they ask for one.', { secret: true })
  @IsOptional()
  @IsVisibleAscii()
  REDIS_SENTINEL_PASSWORD?: string;

  @Variable(
    'Prefix of every key and channel, to separate deployments that share a Redis. Links belong to the prefix and the organisation: a new prefix starts without links.',
  )
  @IsOptional()
  @Matches(/^[\w.:-]{1,64}$/, { message: 'must be 1 to 64 letters, digits, dots, colons, hyphens or underscores' })
  CACHE_KEY_PREFIX?: string;

  @Variable(
    'Longest wait for one Redis command, and for all commands of one read. The time in which the process itself is busy does not count for the latter.',
  )
  @IsWholeNumber(1, 10_000)
  REDIS_TIMEOUT_MS = 200;

  @Variable('The same for each command of an import or export of links. Each is retried a few times.')
  @IsWholeNumber(1, 60_000)
  BULK_REDIS_TIMEOUT_MS = 5000;
}
