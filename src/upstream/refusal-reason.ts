/** Why a refusal is not a definite answer, in our words. */
export function refusalReason(status: number): string {
  return status === 404 ? '404 in an undocumented shape' : `status ${status}`;
}
