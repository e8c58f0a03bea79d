#include "cmd/report/specs.h"

/*
 * Colours are those of Okabe and Ito (2008), which can be told apart with any
 * kind of colour vision; shape or dashes say the same once more.
 */
#define HEAD(most)                                                                             \
	"{'$schema':'https://vega.github.io/schema/vega/v5.json','width':640,'height':@HEIGHT@,"   \
	"'padding':6,'autosize':{'type':'fit','contains':'padding'},'usermeta':{'most':" most "},"     \
	"'signals':[{'name':'room','value':640},{'name':'ink','value':'#1b1b1b'},"                 \
	"{'name':'paper','value':'#ffffff'},{'name':'soft','value':'#8a8a8a'},"                    \
	"{'name':'now','value':'#0072b2'},{'name':'then','value':'#8a6d00'},"                      \
	"{'name':'good','value':'#007a5e'},{'name':'bad','value':'#c24a00'}],"

#define FIXED(signal) "{'signal':'" signal "'}"
#define FIELD(scale, field) "{'scale':'" scale "','field':'" field "'}"
#define AXIS_Y "{'orient':'left','scale':'y','labelLimit':{'signal':'room < 500 ? 130 : 280'}," \
	"'ticks':false,'labelPadding':6}"
#define AXIS_X(title) "{'orient':'bottom','scale':'x','grid':true,'title':'" title "'," \
	"'tickCount':{'signal':'room < 500 ? 4 : 8'}}"
#define DEFINED(name, field) "{'name':'" name "','source':'t','transform':[{'type':'filter'," \
	"'expr':'isValid(datum." field ")'}]}"

const char mlv_spec_forest[] =
	HEAD("900")
	"'data':[{'name':'t','values':@DATA@}," DEFINED("was", "old") "," DEFINED("is", "new") ","
	DEFINED("ranges", "low") ",{'name':'moved','source':'is',"
	"'transform':[{'type':'filter','expr':'isValid(datum.old)'}]},"
	"{'name':'all','source':'is','transform':[{'type':'filter','expr':'datum.slice === ~overall~'}]}],"
	"'scales':[{'name':'x','type':'linear','zero':false,'nice':true,'padding':10,'range':'width',"
	"'domain':{'data':'t','fields':['old','new','low','high']}},"
	"{'name':'y','type':'point','padding':0.5,'range':'height','domain':{'data':'t','field':'slice'}},"
	"{'name':'shape','type':'ordinal','domain':['worse','better'],"
	"'range':['triangle-down','triangle-up'],'unknown':'circle'}],"
	"'axes':[" AXIS_X("") "," AXIS_Y "],"
	"'marks':[{'type':'rule','from':{'data':'all'},"
	"'encode':{'enter':{'x':" FIELD("x", "new") ",'y':{'value':0},"
	"'y2':{'signal':'height'},'stroke':" FIXED("soft") ",'strokeDash':{'value':[4,4]}}}},"
	"{'type':'rule','from':{'data':'ranges'},'encode':{'enter':{'x':" FIELD("x", "low") ","
	"'x2':" FIELD("x", "high") ","
	"'y':" FIELD("y", "slice") ",'stroke':" FIXED("now") ",'strokeWidth':{'value':2},"
	"'opacity':{'value':0.6}}}},"
	"{'type':'rule','from':{'data':'moved'},'encode':{'enter':{'x':" FIELD("x", "old") ","
	"'x2':" FIELD("x", "new") ","
	"'y':{'scale':'y','field':'slice','offset':5},'stroke':" FIXED("then") ","
	"'strokeWidth':{'value':1}}}},"
	"{'type':'symbol','from':{'data':'was'},'encode':{'enter':{'x':" FIELD("x", "old") ","
	"'y':{'scale':'y','field':'slice','offset':5},"
	"'size':{'value':50},'fill':" FIXED("paper") ",'stroke':" FIXED("then") ","
	"'strokeWidth':{'value':1.5}}}},"
	"{'type':'symbol','from':{'data':'is'},'encode':{'enter':{'x':" FIELD("x", "new") ","
	"'y':" FIELD("y", "slice") ","

	"'size':{'signal':'datum.verdict === ~worse~ || datum.verdict === ~better~ ? 110 : 60'},"
	"'shape':" FIELD("shape", "verdict") ","
	"'fill':{'signal':'datum.verdict === ~worse~ ? bad : datum.verdict === ~better~ ? good : now'},"
	"'tooltip':{'signal':'datum.slice + ~: ~ + format(datum.new,"
	" ~.4~) + ~ (~ + datum.n + ~ rows)~'}}}}]}";

const char mlv_spec_folds[] =
	HEAD("900")
	"'data':[{'name':'t','values':@DATA@},{'name':'m','source':'t',"
	"'transform':[{'type':'aggregate','groupby':['version'],"
	"'fields':['value'],'ops':['mean'],'as':['mean']}]}],"
	"'scales':[{'name':'x','type':'linear','zero':false,'nice':true,'padding':10,"
	"'range':'width','domain':{'data':'t','field':'value'}},"
	"{'name':'y','type':'point','padding':0.6,'range':'height','domain':{'data':'t','field':'version'}}],"
	"'axes':[" AXIS_X("") "," AXIS_Y "],"
	"'marks':[{'type':'symbol','from':{'data':'t'},"
	"'encode':{'enter':{'x':" FIELD("x", "value") ",'y':" FIELD("y", "version") ","
	"'size':{'value':70},'fill':" FIXED("now") ",'opacity':{'value':0.6},"
	"'tooltip':{'signal':'~fold ~ + datum.fold + ~: ~ + format(datum.value, ~.4~)'}}}},"
	"{'type':'symbol','from':{'data':'m'},'encode':{'enter':{'x':" FIELD("x", "mean") ","
	"'y':" FIELD("y", "version") ","
	"'shape':{'value':'stroke'},'angle':{'value':90},'size':{'value':700},"
	"'stroke':" FIXED("bad") ",'strokeWidth':{'value':2.5}}}}]}";

/* Lines of two series, the old one dashed. */
#define CURVES(x, y, x_title, y_title, below)                                                  \
	HEAD("480")                                                                            \
	"'data':[{'name':'t','values':@DATA@}],"                                               \
	"'scales':[{'name':'x','type':'linear','domain':[0,1],'range':'width'},"               \
	"{'name':'y','type':'linear','domain':[0,1],'range':'height'},"                        \
	"{'name':'color','type':'ordinal','domain':['new','old']," \
	"'range':[" FIXED("now") "," FIXED("then") "]}]," \
	"'axes':[" AXIS_X(x_title) ",{'orient':'left','scale':'y','grid':true,'title':'" y_title "'}]," \
	"'marks':[" below "{'type':'group','from':{'facet':{'name':'one','data':'t','groupby':'series'}}," \
	"'marks':[{'type':'line','from':{'data':'one'}," \
	"'encode':{'enter':{'x':" FIELD("x", x) ",'y':" FIELD("y", y) "," \
	"'stroke':" FIELD("color", "series") ",'strokeWidth':{'value':2},"                     \
	"'strokeDash':{'signal':'datum.series === ~old~ ? [6, 4] : [1, 0]'}}}}"
#define DIAGONAL                                                                               \
	"{'type':'rule','encode':{'enter':{'x':{'scale':'x','value':0},'x2':{'scale':'x','value':1}," \
	"'y':{'scale':'y','value':0},'y2':{'scale':'y','value':1}," \
	"'stroke':" FIXED("soft") ",'strokeDash':{'value':[2,3]}}}},"

const char mlv_spec_roc[] =
	CURVES("fpr", "tpr", "false positive rate", "true positive rate", DIAGONAL) "]}]}";
const char mlv_spec_recall[] = CURVES("recall", "precision", "recall", "precision", "") "]}]}";
const char mlv_spec_calibration[] =
	CURVES("score", "positive", "mean score", "share of positives", DIAGONAL)
	",{'type':'rule','from':{'data':'one'},'encode':{'enter':{'x':" FIELD("x", "score") ","
	"'y':" FIELD("y", "low") ","
	"'y2':" FIELD("y", "high") ",'stroke':" FIELD("color", "series") "}}},"
	"{'type':'symbol','from':{'data':'one'},"
	"'encode':{'enter':{'x':" FIELD("x", "score") ",'y':" FIELD("y", "positive") ","
	"'size':{'value':50},'fill':" FIELD("color", "series") ","
	"'shape':{'signal':'datum.series === ~old~ ? ~square~ : ~circle~'},"
	"'tooltip':{'signal':'datum.rows + ~ rows~'}}}}]}]}";

/* A matrix of cells, each with a text; what is not a rectangle's fill is the same of both. */
#define MATRIX(data, x, x_title, y, y_title, fill_scale, fill, dash, tooltip, text, of_text)   \
	HEAD("560")                                                                            \
	"'data':[{'name':'t','values':@DATA@}" data "],"                                       \
	"'scales':[{'name':'x','type':'band','range':'width','padding':0.04,"                  \
	"'domain':{'data':'t','field':'" x "'}},"                                              \
	"{'name':'y','type':'band','range':'height','padding':0.04,"                           \
	"'domain':{'data':'t','field':'" y "'}}," fill_scale "],"                              \
	"'axes':[{'orient':'bottom','scale':'x','title':'" x_title "','labelLimit':90,"        \
	"'labelOverlap':true},"                                                                \
	"{'orient':'left','scale':'y','title':'" y_title "',"                                  \
	"'labelLimit':{'signal':'room < 500 ? 90 : 200'}}],"                                   \
	"'marks':[{'type':'rect','from':{'data':'t'},"                                         \
	"'encode':{'enter':{'x':" FIELD("x", x) ",'width':{'scale':'x','band':1},"             \
	"'y':" FIELD("y", y) ",'height':{'scale':'y','band':1},"                               \
	"'fill':" FIELD("fill", fill) ",'stroke':" FIXED("soft") "," dash                      \
	"'tooltip':{'signal':'" tooltip "'}}}},"                                               \
	"{'type':'text','from':{'data':'" of_text "'},"                                        \
	"'encode':{'enter':{'x':{'scale':'x','field':'" x "','band':0.5},"                     \
	"'y':{'scale':'y','field':'" y "','band':0.5},'align':{'value':'center'},"             \
	"'baseline':{'value':'middle'},"                                                       \
	"'text':{" text "},'fill':{'signal':'contrast(ink, scale(~fill~, datum." fill "))"     \
	" > contrast(paper, scale(~fill~, datum." fill ")) ? ink : paper'}}}}]}"

const char mlv_spec_confusion[] =
	MATRIX("", "guess", "predicted", "truth", "true", "{'name':'fill','type':'linear','domain':[0,1],"
	       "'range':[" FIXED("paper") "," FIXED("now") "]}",
	       "share", "", "datum.rows + ~ rows, ~ + format(datum.share, ~.1%~) + ~ of the true class~",
	       "'field':'rows'", "t");

const char mlv_spec_confusion_change[] =
	MATRIX("," DEFINED("is", "change"), "guess", "predicted", "truth", "true",
	       "{'name':'fill','type':'linear','domain':[-0.3,0,0.3],'clamp':true,"
	       "'range':[" FIXED("bad") "," FIXED("paper") "," FIXED("now") "]}",
	       "change", "'strokeDash':{'signal':'datum.change < 0 ? [4,3] : [1,0]'},",
	       "datum.old + ~ rows before, ~ + datum.new + ~ now~",
	       "'signal':'format(datum.change, ~+.1%~)'", "is");

const char mlv_spec_history[] =
	HEAD("900")
	"'data':[{'name':'t','values':@DATA@}," DEFINED("is", "value") "," DEFINED("band", "low") "],"
	"'scales':[{'name':'x','type':'point','range':'width','padding':0.5,"
	"'domain':{'data':'t','field':'commit'}},"
	"{'name':'y','type':'linear','zero':false,'nice':true,'range':'height',"
	"'domain':{'data':'t','fields':['value','low','high']}}],"
	"'axes':[{'orient':'bottom','scale':'x','labelAngle':-40,'labelAlign':'right','labelOverlap':true},"
	"{'orient':'left','scale':'y','grid':true,'tickCount':5}],"
	"'marks':[{'type':'area','from':{'data':'band'},"
	"'encode':{'enter':{'x':" FIELD("x", "commit") ",'y':" FIELD("y", "low") ","
	"'y2':" FIELD("y", "high") ",'fill':" FIXED("now") ",'opacity':{'value':0.2}}}},"
	"{'type':'line','from':{'data':'is'},'encode':{'enter':{'x':" FIELD("x", "commit") ","
	"'y':" FIELD("y", "value") ","
	"'stroke':" FIXED("now") ",'strokeWidth':{'value':2}}}},"
	"{'type':'symbol','from':{'data':'is'},"
	"'encode':{'enter':{'x':" FIELD("x", "commit") ",'y':" FIELD("y", "value") ","
	"'size':{'value':50},'fill':" FIXED("now") ","
	"'tooltip':{'signal':'datum.commit + ~: ~ + format(datum.value, ~.4~)'}}}}]}";

/* On a scale of factors, where half and twice are as far from 1. */
const char mlv_spec_groups[] =
	HEAD("900")
	"'data':[{'name':'t','values':@DATA@},{'name':'is','source':'t',"
	"'transform':[{'type':'filter','expr':'datum.ratio > 0'}]}," DEFINED("ranges", "low") ","
	"{'name':'band','source':'t','transform':[{'type':'aggregate','fields':['tau','over'],"
	"'ops':['min','max'],'as':['tau','over']}]}],"
	"'scales':[{'name':'x','type':'log','padding':10,'range':'width',"
	"'domain':{'fields':[{'data':'is','field':'ratio'},{'data':'ranges','field':'low'},"
	"{'data':'ranges','field':'high'},{'data':'t','field':'tau'},{'data':'t','field':'over'}]}},"
	"{'name':'y','type':'point','padding':0.5,'range':'height','domain':{'data':'t','field':'label'}}],"
	"'axes':[{'orient':'bottom','scale':'x','grid':true,'title':'ratio to the reference',"
	"'labelOverlap':true,'format':'.3','tickCount':{'signal':'room < 500 ? 4 : 8'}}," AXIS_Y "],"
	"'marks':[{'type':'rect','from':{'data':'band'},'encode':{'enter':{'x':" FIELD("x", "tau") ","
	"'x2':" FIELD("x", "over") ",'y':{'value':0},'y2':{'signal':'height'},'fill':" FIXED("good") ","
	"'opacity':{'value':0.15}}}},"
	"{'type':'rule','encode':{'enter':{'x':{'scale':'x','value':1},'y':{'value':0},"
	"'y2':{'signal':'height'},'stroke':" FIXED("soft") ",'strokeDash':{'value':[4,4]}}}},"
	"{'type':'rule','from':{'data':'ranges'},'encode':{'enter':{'x':" FIELD("x", "low") ","
	"'x2':" FIELD("x", "high") ",'y':" FIELD("y", "label") ",'stroke':" FIXED("now") ","
	"'strokeWidth':{'value':2},'opacity':{'value':0.6}}}},"
	"{'type':'symbol','from':{'data':'is'},'encode':{'enter':{'x':" FIELD("x", "ratio") ","
	"'y':" FIELD("y", "label") ","
	"'shape':{'signal':'datum.verdict === ~unfair~ ? ~diamond~ : datum.verdict === ~reference~"
	" ? ~stroke~ : ~circle~'},'stroke':{'signal':'datum.verdict === ~unfair~ ? bad : now'},"
	"'size':{'signal':'datum.verdict === ~unfair~ ? 130 : datum.verdict === ~reference~ ? 250 : 60'},"
	"'strokeWidth':{'value':2},"
	"'angle':{'signal':'datum.verdict === ~reference~ ? 90 : 0'},"
	"'fill':{'signal':'datum.verdict === ~unfair~ ? bad : now'},"
	"'tooltip':{'signal':'datum.label + ~: ~ + format(datum.ratio, ~.4~)'}}}}]}";

const char mlv_spec_drift[] =
	HEAD("900")
	"'data':[{'name':'t','values':@DATA@}," DEFINED("is", "psi") "," DEFINED("floor", "noise") ","
	"{'name':'limit','source':'t','transform':[{'type':'aggregate','fields':['limit'],"
	"'ops':['max'],'as':['limit']}]}],"
	"'scales':[{'name':'x','type':'point','range':'width','padding':0.5,"
	"'domain':{'data':'t','field':'at'}},"
	"{'name':'names','type':'ordinal','domain':{'data':'t','field':'at'},"
	"'range':{'data':'t','field':'window'}},"
	"{'name':'y','type':'linear','zero':true,'nice':true,'range':'height',"
	"'domain':{'data':'t','fields':['psi','noise','limit']}}],"
	"'axes':[{'orient':'bottom','scale':'x','labelAngle':-40,'labelAlign':'right','labelOverlap':true,"
	"'labelLimit':90,'encode':{'labels':{'update':{'text':{'signal':'scale(~names~, datum.value)'}}}}},"
	"{'orient':'left','scale':'y','grid':true,'tickCount':5,'title':'PSI'}],"
	"'marks':[{'type':'rule','from':{'data':'limit'},'encode':{'enter':{'x':{'value':0},"
	"'x2':{'signal':'width'},'y':" FIELD("y", "limit") ",'stroke':" FIXED("bad") ","
	"'strokeDash':{'value':[6,4]}}}},"
	"{'type':'line','from':{'data':'floor'},'encode':{'enter':{'x':" FIELD("x", "at") ","
	"'y':" FIELD("y", "noise") ",'stroke':" FIXED("soft") ",'strokeDash':{'value':[2,3]}}}},"
	"{'type':'line','from':{'data':'is'},'encode':{'enter':{'x':" FIELD("x", "at") ","
	"'y':" FIELD("y", "psi") ",'stroke':" FIXED("now") ",'strokeWidth':{'value':2}}}},"
	"{'type':'symbol','from':{'data':'is'},'encode':{'enter':{'x':" FIELD("x", "at") ","
	"'y':" FIELD("y", "psi") ","
	"'shape':{'signal':'datum.verdict === ~drifted~ ? ~triangle-up~ : ~circle~'},"
	"'size':{'signal':'datum.verdict === ~drifted~ ? 110 : 50'},"
	"'fill':{'signal':'datum.verdict === ~drifted~ ? bad : now'},"
	"'tooltip':{'signal':'datum.window + ~: ~ + format(datum.psi, ~.4~)'}}}}]}";

/* How far each feature moved in each slice; full of colour from the limit on. */
const char mlv_spec_drift_slices[] =
	MATRIX("", "what", "", "slice", "",
	       "{'name':'fill','type':'linear','zero':true,'clamp':true,"
	       "'domain':{'data':'t','field':'limit'},'range':[" FIXED("paper") "," FIXED("bad") "]}",
	       "psi", "'strokeWidth':{'signal':'datum.verdict === ~drifted~ ? 3 : 1'},",
	       "datum.slice + ~, ~ + datum.what + ~: ~ + format(datum.psi, ~.4~) + ~ ~ + datum.verdict",
	       "'signal':'format(datum.psi, ~.2~)'", "t");
