# Global options stand before or after the command; letters are bundled, values attached; -- ends options.
mkdir d
mlv --json version
mlv version --json
mlv -vq version
mlv -q version -C d
mlv -Cd -j4 -vv version --
mlv -C d version
mlv --directory=d version
mlv --version
mlv --version --json
