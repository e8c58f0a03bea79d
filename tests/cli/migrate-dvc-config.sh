# Settings of DVC come to the level that they stood at, under our names; what has no counterpart is told.
# not under odd settings: a directory whose name holds a newline is no setting
mkdir r && cd r && git init -q && mkdir -p .dvc/cache && cat >.dvc/config <<END
# for all
[core]
    remote = s3
    analytics = false
    checksum_jobs = 4
    autostage = true
[cache]
    type = "reflink,copy"
    shared = group
    verify = true
['remote "s3"']
    url = s3://bucket/prefix  # where
    region = eu-central-1
    endpointurl = https://s3.example.org
    profile = prod
    jobs = 12
    version_aware = true
['remote "box"']
    url = ssh://user@box.example.org/data
    port = 2222
    timeout = 30
['remote "dav"']
    url = webdavs://dav.example.org/data
['remote "below"']
    url = remote://s3/below
['remote "cloud"']
    url = gs://bucket/x
    projectname = p
['remote "here"']
    url = ../store
[plots]
    auto_open = true
END
cat >.dvc/config.local <<END
[cache]
    dir = ../../cache
['remote "s3"']
    profile = mine
    access_key_id = "AKIA#1"
    secret_access_key = very secret
    ssl_verify = false
END
echo config.local >.dvc/.gitignore && mkdir ../cache
mlv migrate dvc -n | grep -v wrote; ls -A
mlv migrate dvc && cat .mlv/config .mlv/config.local | grep -v '^#' && ls ../cache
mlv remote list && mlv --json migrate dvc | grep -c secret; mlv config remote.s3.secret_access_key
echo "== what is set already stays"
mlv config core.jobs 2 && mlv migrate dvc
