# Of what environment and files say, mlv takes the same keys as the AWS tools do.
# not under odd settings: paths stand in lines and between tabs
/usr/bin/python3 -c 'import botocore' 2>/dev/null || { echo "python3-botocore is not installed" >&2; exit 77; }
. "$SRC/tests/servers/aws.sh"
program() { printf "credential_process = /bin/sh -c 'echo \"{\\\\\"Version\\\\\": 1, \\\\\"AccessKeyId\\\\\": \\\\\"%s\\\\\", \\\\\"SecretAccessKey\\\\\": \\\\\"geheim-%s\\\\\"}\"'\n" $1 $1; }
both() { printf 'aws_access_key_id = %s\naws_secret_access_key = geheim-%s\n' $1 $1; }
keys <<-K
	# a comment
	[default]
	$(both AKIAone)
	[base]
	$(both AKIAtwo)
	; another
	[upper]
	AWS_ACCESS_KEY_ID=AKIAthree
	Aws_Secret_Access_Key   =   geheim-AKIAthree
	[colon]
	aws_access_key_id: AKIAfour
	aws_secret_access_key: geheim-AKIAfour
	[keys-and-program]
	$(both AKIAfive)
	[two places]
	$(both AKIAsix)
	[token]
	$(both AKIAseven)
	aws_security_token = unused
K
profile <<-C
	[default]
	region = us-east-1
	[profile base]
	region=us-east-1
	[profile keys-and-program]
	$(program AKIAeight)
	[profile config-keys-and-program]
	$(both AKIAnine)
	$(program AKIAten)
	[profile "two places"]
	$(both AKIAeleven)
	[profile only-config]
	$(both AKIAtwelve)
	s3 =
	  max_concurrent_requests = 1
	  aws_access_key_id = AKIAthirteen
	region = us-east-1
	[profile program]
	$(program AKIAfourteen)
	[without-the-word]
	$(both AKIAfifteen)
	[profile empty]
	region = us-east-1
C
printf '[default]\n%s\n' "$(both AKIAsixteen)" >elsewhere && chmod 600 elsewhere
printf '[default]\nregion = us-east-1\n%s\n' "$(both AKIAseventeen)" >config && chmod 600 config
# For each line of "NAME=VALUE\tNAME=VALUE...": whom botocore takes.
cat >theirs.py <<'P'
import logging
import os
import sys
import botocore.session
logging.disable(logging.CRITICAL)
before = dict(os.environ, AWS_EC2_METADATA_DISABLED="true")
for line in sys.stdin.read().splitlines():
    os.environ.clear()
    os.environ.update(before, **dict(pair.split("=", 1) for pair in line.split("\t")))
    try:
        keys = botocore.session.Session().get_credentials()
        print(keys.get_frozen_credentials().access_key.rstrip("0123456789") if keys else "nobody")
    except botocore.exceptions.BotoCoreError:
        print("refused")
P
as() {
	: >aws/log
	env AWS_EC2_METADATA_DISABLED=true "$@" mlv push >said 2>&1
	taken=$(sed -n 's/^s3 .* by //p' aws/log | sed 's/[0-9]*$//' | sort -u)
	echo "${taken:-refused}" >>ours
	(IFS='	' && echo "$*") >>cases
}
FIXED="AWS_ACCESS_KEY_ID=AKIAFIXED AWS_SECRET_ACCESS_KEY=geheim-AKIAFIXED"
BOX=AWS_CONTAINER_CREDENTIALS_FULL_URI=$url/open
INSTANCE="AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT=$url"
as A=
as $FIXED
as $FIXED AWS_PROFILE=base
for name in base upper colon keys-and-program config-keys-and-program only-config program without-the-word token nowhere; do
	as AWS_PROFILE=$name
	as AWS_PROFILE=$name $BOX
done
as "AWS_PROFILE=two places"
as AWS_DEFAULT_PROFILE=base
as AWS_PROFILE=empty $BOX
as AWS_PROFILE=empty $INSTANCE
as AWS_PROFILE=empty $INSTANCE $BOX
as AWS_PROFILE=empty
as AWS_SHARED_CREDENTIALS_FILE=$PWD/elsewhere
as AWS_CONFIG_FILE=$PWD/config
as AWS_CONFIG_FILE=$PWD/config AWS_SHARED_CREDENTIALS_FILE=/nowhere
as AWS_CONFIG_FILE=/nowhere AWS_SHARED_CREDENTIALS_FILE=/nowhere $BOX
as AWS_CONFIG_FILE=/nowhere AWS_SHARED_CREDENTIALS_FILE=/nowhere $INSTANCE
as AWS_ACCESS_KEY_ID= AWS_SECRET_ACCESS_KEY=
as AWS_ACCESS_KEY_ID=AKIAFIXED
/usr/bin/python3 theirs.py <cases >theirs
paste cases ours theirs | awk -F '\t' '$(NF - 1) != $NF { print "mlv, botocore:", $0 }' | shown
grep -c . cases
