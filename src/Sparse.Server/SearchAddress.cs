using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;

namespace Sparse.Server;

/// <summary>A search as an address says it: the everyday part of <see cref="SearchRequest"/>.</summary>
internal sealed record SearchAddress
{
    [Description("Any text.")]
    [FromQuery(Name = "q")]
    public required string Query { get; init; }

    [Description("hybrid, sparse or bm25.")]
    public string? Mode { get; init; }

    [Description("full or idf.")]
    public string? Encoder { get; init; }

    [Description("Hits of the page; 10 by default.")]
    public int? K { get; init; }

    [Description("Hits before the page.")]
    public int? From { get; init; }

    [Description("Only documents that pass.")]
    public string? Filter { get; init; }

    [Description("A field to count; may be repeated.")]
    [FromQuery(Name = "facet")]
    public string[]? Facets { get; init; }

    [Description("A field to sort by, -FIELD for the largest first; may be repeated.")]
    public string[]? Sort { get; init; }

    [Description("The least score.")]
    public double? MinScore { get; init; }

    [Description("plain or lucene.")]
    public string? Syntax { get; init; }

    [Description("True to say why.")]
    public bool? Explain { get; init; }

    [Description("True to mark words.")]
    public bool? Highlight { get; init; }

    [Description("True to look for likelier spellings.")]
    public bool? Spelling { get; init; }

    /// <summary>The same as a request's body says it.</summary>
    public SearchRequest ToRequest() => new()
    {
        Query = Query,
        Mode = Mode,
        Encoder = Encoder,
        K = K ?? 10,
        From = From ?? 0,
        Filter = Filter,
        Facets = Facets,
        Sort = Sort,
        MinScore = MinScore,
        Syntax = Syntax,
        Explain = Explain ?? false,
        Highlight = Highlight ?? false,
        Spelling = Spelling ?? false,
    };
}
