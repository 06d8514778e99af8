import { IsUUID, Matches } from 'class-validator';

export class ProfileParams {
  @Matches(/^[\p{L}\d-]{4,40}$/u)
  readonly customerId!: string;
}

export class ProfileQuery {
  @IsUUID()
  readonly billingCustomerId!: string;
}
