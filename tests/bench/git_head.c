/* git_head - open the git repository here with libgit2 and read the commit that HEAD names. */
#include <stdio.h>

#include <git2.h>

int main(void)
{
	git_repository *repo = NULL;
	git_object *head = NULL;
	char hex[GIT_OID_HEXSZ + 1];

	git_libgit2_init();
	if (git_repository_open_ext(&repo, ".", 0, NULL) ||
	    git_revparse_single(&head, repo, "HEAD^{commit}"))
		return 1;
	puts(git_oid_tostr(hex, sizeof(hex), git_object_id(head)));
	git_object_free(head);
	git_repository_free(repo);
	return 0;
}
