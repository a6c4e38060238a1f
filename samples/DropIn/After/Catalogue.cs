using System.Globalization;
using Lucene.Net.Analysis;
using Lucene.Net.Analysis.Standard;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.QueryParsers.Classic;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.Encoders.Splade;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Queries;
using Sparse.Vectors;

namespace DropIn;

/// <summary>A library's catalogue: its own schema, analyzer, query syntax, sort, shelf counts, and near-real-time searches.</summary>
public sealed class Catalogue : IDisposable
{
    private static readonly string[] Searched = ["title", "description"];
    private readonly Analyzer _analyzer = new StandardAnalyzer(LuceneVersion.LUCENE_48);
    private readonly SpladeEncoder _encoder = SpladeEncoder.BuiltIn();
    private readonly FSDirectory _directory;
    private readonly IndexWriter _writer;
    private readonly SearcherManager _searchers;

    public Catalogue(string folder)
    {
        _directory = FSDirectory.Open(folder);
        var config = new IndexWriterConfig(LuceneVersion.LUCENE_48, _analyzer);
        config.Codec = new SparseCodec("sparse", new SparseFieldFormat(Quantizer.Scale, _encoder.Identity));
        _writer = new IndexWriter(_directory, config);
        _searchers = new SearcherManager(_writer, applyAllDeletes: true, null);
    }

    /// <summary>Adds a book, or replaces it.</summary>
    public void Put(Book book)
    {
        var document = new Document
        {
            new StringField("id", book.Id, Field.Store.YES),
            new TextField("title", book.Title, Field.Store.YES),
            new TextField("description", book.Description, Field.Store.YES),
            new StringField("shelf", book.Shelf, Field.Store.YES),
            new SortedDocValuesField("shelf", new BytesRef(book.Shelf)),
            new Int32Field("year", book.Year, Field.Store.YES),
            new NumericDocValuesField("year", book.Year),
        };
        document.Add(new ImpactField("sparse", Quantizer.Quantize(_encoder.Encode([$"{book.Title} {book.Description}"])[0], out _), _encoder.Vocabulary));
        _writer.UpdateDocument(new Term("id", book.Id), document);
        _searchers.MaybeRefreshBlocking();
    }

    /// <summary>Searches in Lucene's query syntax.</summary>
    public IReadOnlyList<Book> Search(string query, Sort? sort = null) => Run(Parse(query), sort);
    public IReadOnlyList<Book> SearchByMeaning(string text) => Run(Meaning(text), null);
    public IReadOnlyList<Book> SearchBoth(string text) => Run(new BooleanQuery(disableCoord: true) { { Parse(text), Occur.SHOULD }, { Meaning(text), Occur.SHOULD } }, null);

    /// <summary>How many books of a search stand on each shelf.</summary>
    public SortedDictionary<string, int> Shelves(string query)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (Book book in Search(query))
        {
            counts[book.Shelf] = counts.GetValueOrDefault(book.Shelf) + 1;
        }

        return counts;
    }

    public void Dispose()
    {
        _searchers.Dispose();
        _encoder.Dispose();
        _writer.Dispose();
        _directory.Dispose();
        _analyzer.Dispose();
    }

    private ImpactQuantizer Quantizer => ImpactQuantizer.ForMaxWeight(_encoder.MaxWeight);
    private SparseQuery Meaning(string text) => new("sparse", _encoder.Encode([text])[0], _encoder.Vocabulary);
    private Query Parse(string query) => new MultiFieldQueryParser(LuceneVersion.LUCENE_48, Searched, _analyzer).Parse(query);

    private List<Book> Run(Query query, Sort? sort)
    {
        IndexSearcher searcher = _searchers.Acquire();
        try
        {
            TopDocs hits = sort is null ? searcher.Search(query, 100) : searcher.Search(query, 100, sort);
            return [.. hits.ScoreDocs.Select(hit => Read(searcher.Doc(hit.Doc)))];
        }
        finally
        {
            _searchers.Release(searcher);
        }
    }

    private static Book Read(Document stored)
    {
        string Value(string name) => stored.Get(name, CultureInfo.InvariantCulture);
        return new Book(Value("id"), Value("title"), Value("description"), Value("shelf"), int.Parse(Value("year"), CultureInfo.InvariantCulture));
    }
}
