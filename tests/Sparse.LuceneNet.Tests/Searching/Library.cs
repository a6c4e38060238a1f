using Sparse.LuceneNet.Tests.Facade;

namespace Sparse.LuceneNet.Tests.Searching;

/// <summary>Six books in two segments, one of them without further fields, and one that was deleted.</summary>
internal abstract class Library : IndexFixture
{
    protected static readonly IndexField[] Fields =
    [
        new("lang", FieldKind.Keyword), new("tags", FieldKind.Keyword), new("price", FieldKind.Number), new("published", FieldKind.Date), new("summary", FieldKind.Text),
    ];

    protected static SparseDocument Book(string id, string title, string text, string lang = "", string tags = "", string price = "", string published = "", string summary = "") =>
        new(id, text) { Title = title, Fields = { ["lang"] = lang, ["tags"] = tags, ["price"] = price, ["published"] = published, ["summary"] = summary, ["shelf"] = "B2" } };

    protected SparseIndex NewLibrary(Sparse.Vectors.ITermEncoder? encoder = null)
    {
        SparseIndex index = SparseIndex.Create(IndexPath, encoder, new SparseIndexOptions { Fields = Fields });
        index.Add(
        [
            Book("a", "Open ports", "A port is open when a program listens on the port.", "en", "[\"net\",\"unix\"]", "9.5", "2019-12-31T23:59:59Z", "listening sockets"),
            Book("b", "Closed ports", "A closed port answers with a reset. The firewall drops it.", "en", "net", "-3", "2020-01-01", "resets"),
            Book("gone", "Ports", "port port port port", "en", "gone", "1", "2020-06-01"),
            Book("c", "Häfen", "Der Hafen ist ein Port zur Welt.", "de", "[\"sea\"]", "1e3", "2020-05-17T08:30:00+02:00"),
        ]);
        index.Commit();
        index.Add([Book("d", "Wine", "Port is a wine from Portugal, drunk by the glass.", "en", "drink", "25", "2021-07", "fortified port"), Doc("e", "port without anything")]);
        index.Delete("gone");
        index.Commit();
        return index;
    }
}
