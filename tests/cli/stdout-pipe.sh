# A reader that has gone is nobody to complain to, but what was asked was not done.
{ sleep 0.2; mlv __options; echo $? >status; } | true
cat status
