# A name that could move a terminal is quoted.
printf abc >"$(printf 'a\033b')"
mlv hash a*
