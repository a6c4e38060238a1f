using Lucene.Net.Search;
using Sparse.LuceneNet.Fields;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Storage;

namespace Sparse.LuceneNet.Searching;

/// <summary>What a query found in one state of an index.</summary>
/// <param name="Docs">Best first, or in the order asked for.</param>
/// <param name="Matches">How many documents match; null where nobody counted.</param>
/// <param name="Facets">Counts by field.</param>
internal sealed record Found(ScoreDoc[] Docs, long? Matches, IReadOnlyDictionary<string, IReadOnlyList<FacetCount>> Facets)
{
    /// <summary>What searched: it knows the words' statistics.</summary>
    public required IndexSearcher Searcher { get; init; }

    /// <summary>The query.</summary>
    public required Query Query { get; init; }

    /// <summary>What may be found; null for all.</summary>
    public required Filter? Filter { get; init; }

    /// <summary>The best of some documents.</summary>
    /// <param name="ids">Their ids.</param>
    public ScoreDoc[] Among(string[] ids) => Searcher.Search(Query, Only(ids), ids.Length).ScoreDocs;

    /// <summary>A document that may be found, whether the query matches it or not.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>Lucene's number; −1 for none.</returns>
    public int Admits(string id) => Searcher.Search(new MatchAllDocsQuery(), Only([id]), 1).ScoreDocs is [{ } doc] ? doc.Doc : -1;

    private QueryWrapperFilter Only(string[] ids)
    {
        Query only = Clauses.Join([.. ids.Select(id => new TermQuery(new Lucene.Net.Index.Term(SparseFields.Id, id)))], Occur.SHOULD);
        return new QueryWrapperFilter(Filter is null ? only : new BooleanQuery { { only, Occur.MUST }, { new ConstantScoreQuery(Filter), Occur.MUST } });
    }
}

/// <summary>Runs one query with the options' filter, order, facets and least score.</summary>
internal static class HitFinder
{
    private static readonly Dictionary<string, IReadOnlyList<FacetCount>> NoFacets = [];

    /// <summary>Finds documents.</summary>
    /// <param name="searcher">One state of the index, from its view.</param>
    /// <param name="query">The query.</param>
    /// <param name="filter">What may be found; null for all.</param>
    /// <param name="wanted">How many at most.</param>
    /// <param name="options">The options.</param>
    /// <param name="schema">The index's fields.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="ArgumentException">A field can't be counted or sorted by.</exception>
    public static Found Find(IndexSearcher searcher, Query query, Filter? filter, int wanted, SearchOptions options, IndexSchema schema, CancellationToken cancellationToken)
    {
        (string Name, FieldKind Kind)[] facets = [.. options.Facets.Distinct().Select(name => (name, FacetKind(name, schema)))];
        Sort? sort = options.Sort.Count == 0 ? null : SortOrder.ToLucene(options.Sort, schema);
        IndexSearcher words = options.FilteredStatistics && query is not SparseQuery ? new AdmittedSearcher(searcher.IndexReader, filter, searcher.Similarity) : searcher;
        if (sort is null && facets.Length == 0)
        {
            return New(Best(), null, NoFacets);
        }

        if (PassageColumns.AreIn(searcher.IndexReader))
        {
            throw new ArgumentException("The index keeps passages of its documents, and an order or facets would count passages for documents; search it without, or build it without --chunk or with merged passages.", nameof(options));
        }

        // Bounds that rule documents out would leave them uncounted, so that every match is looked at.
        var counter = new FacetCounter(facets);
        TopFieldCollector? sorted = sort is null ? null
            : TopFieldCollector.Create(sort, Math.Clamp(wanted, 1, Math.Max(1, searcher.IndexReader.MaxDoc)), fillFields: false, trackDocScores: true, trackMaxScore: false, docsScoredInOrder: true);
        words.Search(query, filter, new MatchCollector(options.MinScore, cancellationToken, sorted is null ? [counter] : [counter, sorted]));
        return New(sorted?.GetTopDocs().ScoreDocs ?? Best(), counter.Documents, counter.Counts(options.FacetValues));

        Found New(ScoreDoc[] docs, long? matches, IReadOnlyDictionary<string, IReadOnlyList<FacetCount>> counts) =>
            new(docs, matches, counts) { Searcher = words, Query = query, Filter = filter };

        ScoreDoc[] Best()
        {
            cancellationToken.ThrowIfCancellationRequested();
            ScoreDoc[] docs = query is SparseQuery sparse
                ? BestPassages.Find(IndexView.Sparse(searcher), sparse, wanted, filter, cancellationToken)
                : words.Search(query, filter, wanted).ScoreDocs;
            return options.MinScore is { } least ? [.. docs.TakeWhile(doc => doc.Score >= least)] : docs;
        }
    }

    private static FieldKind FacetKind(string name, IndexSchema schema) => schema.Fields.TryGetValue(name, out FieldKind kind) && kind != FieldKind.Text
        ? kind
        : throw new ArgumentException($"Values of '{DocumentFields.Shorten(name)}' can't be counted; facets there are: {string.Join(", ", schema.FilterFields.Where(field => field != SparseFields.Id))}.", nameof(name));
}
