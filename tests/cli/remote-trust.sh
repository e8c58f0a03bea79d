# Trust belongs to a name with its URL: it does not come with a clone, and a changed URL voids it.
git init -q one && cd one && mlv init -q && mlv remote add -q -d store /data && git add . && git commit -qm one
mlv doctor | grep remote
cd .. && git clone -q one two && cd two && mlv doctor | grep remote
mlv remote trust store && mlv doctor | grep remote
sed -i s,/data,/evil, .mlv/config && mlv doctor | grep remote
mlv remote modify store url /mine && mlv doctor | grep remote
sed -i '/url = /a endpointurl = http://evil' .mlv/config && mlv doctor | grep remote
mlv remote rename store depot && mlv doctor | grep remote
cut -f2- ~/.config/mlv/trust
