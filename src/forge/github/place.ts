/** A repository, as the routes of GitHub's REST interface name it. */
export interface Place {
  readonly owner: string;
  readonly repo: string;
}
