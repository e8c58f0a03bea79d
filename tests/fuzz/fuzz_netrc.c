/* Any bytes are a .netrc or none; what is found is a login and a password, of a file that is right. */
#include <stdlib.h>
#include <string.h>

#include "core/base/attr.h"
#include "remote/http/netrc.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check(const char *text, size_t len, const char *user)
{
	MLV_SCOPED(mlv_netrc_release) struct mlv_netrc found = { 0 };

	if (mlv_netrc_find(&found, text, len, "a.example.org", user))
		return;
	if (!found.user != !found.password || (found.user && found.wrong_line))
		abort();
	if (found.user && user && strcmp(found.user, user) != 0)
		abort();
	if (found.wrong_line > len + 1)
		abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	check((const char *)data, size, NULL);
	check((const char *)data, size, "ada");
	return 0;
}
