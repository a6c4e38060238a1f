namespace Sparse.Lab.Robustness;

/// <summary>A small table of English words that say nearly the same, for rewording queries; written for this project.</summary>
internal static class Synonyms
{
    private static readonly Dictionary<string, string> Table = Read(
        "show display;display show;remove delete;delete erase;erase delete;make create;create produce;produce generate;generate produce;find locate;locate find;search seek;"
        + "begin start;start begin;stop halt;halt stop;end finish;finish end;change modify;modify change;alter modify;update refresh;list enumerate;print output;run execute;execute run;"
        + "launch start;open access;close shut;copy duplicate;duplicate copy;move shift;rename relabel;file document;folder directory;directory folder;file's document's;"
        + "big large;large big;small little;little small;quick fast;fast rapid;rapid quick;slow sluggish;good beneficial;bad harmful;harmful damaging;new recent;old aged;"
        + "help assist;assist help;aid help;use utilize;uses utilizes;using utilizing;used utilized;need require;requires needs;require need;give provide;provide supply;get obtain;obtain get;"
        + "increase raise;increases raises;increased raised;decrease lower;reduce decrease;reduces decreases;reduced decreased;improve enhance;improves enhances;prevent avert;prevents averts;"
        + "cause induce;causes induces;caused induced;effect impact;effects impacts;affect influence;affects influences;risk hazard;danger hazard;illness disease;disease illness;diseases illnesses;"
        + "doctor physician;physician doctor;drug medication;drugs medications;medicine medication;treatment therapy;therapy treatment;cancer malignancy;heart cardiac;child infant;children kids;"
        + "people persons;women females;men males;food nourishment;foods nourishments;study investigation;studies investigations;research investigation;method technique;methods techniques;"
        + "technique method;approach method;problem issue;problems issues;issue problem;error fault;errors faults;result outcome;results outcomes;outcome result;compute calculate;calculate compute;"
        + "computer machine;computers machines;program application;programs applications;software programs;user operator;users operators;information data;data information;retrieve fetch;retrieval lookup;"
        + "fetch retrieve;store save;save store;library collection;libraries collections;book volume;books volumes;article paper;articles papers;paper article;author writer;authors writers;"
        + "number count;amount quantity;size extent;length extent;speed velocity;velocity speed;flow stream;pressure stress;heat warmth;temperature warmth;wing airfoil;aircraft airplane;"
        + "check verify;verify confirm;test check;compare contrast;describe explain;explain describe;define specify;specify define;allow permit;permit allow;enable activate;disable deactivate;"
        + "connect link;link connect;send transmit;receive get;build construct;construct build;combine merge;merge combine;split divide;divide split;sort order;choose select;select choose;"
        + "important significant;significant important;main principal;different distinct;similar alike;possible feasible;current present;various several;entire whole;whole entire;only solely;"
        + "about concerning;between among;also too;often frequently;always invariably;like similar;human person;animal creature;mouse rodent;mice rodents;cell unit;growth expansion;protein polypeptide");

    /// <summary>Another word for one.</summary>
    /// <param name="word">In lower case.</param>
    /// <returns>Null where the table has none.</returns>
    internal static string? Of(string word) => Table.GetValueOrDefault(word);

    private static Dictionary<string, string> Read(string pairs) =>
        pairs.Split(';').Select(pair => pair.Split(' ')).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
}
