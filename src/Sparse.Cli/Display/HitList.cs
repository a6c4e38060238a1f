using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sparse.Fusion;
using Sparse.LuceneNet;
using Spectre.Console;

namespace Sparse.Cli.Display;

/// <summary>Shows what a search found.</summary>
internal static class HitList
{
    private const int SnippetLines = 2;
    private const int PassageLines = 6;

    /// <summary>Writes <c>{"query":…,"mode":…,"hits":[{"rank","id","score","title","text","passage":{"start","length"}}]}</c>; a passage only where there is one. Hybrid hits have "legs" too; "fallback" says why the mode is another than was meant.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="result">The result.</param>
    public static void WriteJson(TextWriter output, SearchResult result) => JsonLine.Write(output, json =>
    {
        json.WriteString("query", result.Query);
        json.WriteString("mode", Word(result.Mode));
        if (result.Fallback is { } fallback)
        {
            json.WriteString("fallback", fallback);
        }

        if (result.Routed.Count > 0)
        {
            json.WriteStartArray("routed");
            foreach (RoutedWord routed in result.Routed)
            {
                json.WriteStartObject();
                json.WriteString("word", routed.Word);
                json.WriteNumber("pieces", routed.Pieces);
                json.WriteNumber("documents", routed.Documents);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteStartArray("hits");
        foreach (SearchHit hit in result.Hits)
        {
            json.WriteStartObject();
            json.WriteNumber("rank", hit.Rank);
            json.WriteString("id", hit.Id);
            json.WriteNumber("score", hit.Score);
            json.WriteString("title", hit.Title ?? "");
            json.WriteString("text", hit.Text);
            if (hit.Passage is { } passage)
            {
                json.WriteStartObject("passage");
                json.WriteNumber("start", passage.Start);
                json.WriteNumber("length", passage.Length);
                json.WriteEndObject();
            }

            if (hit.Legs.Count > 0)
            {
                WriteLegs(json, hit.Legs);
            }

            if (hit.Highlight is { } highlight)
            {
                json.WriteStartObject("highlight");
                json.WriteString("passage", highlight.Passage);
                json.WriteNumber("start", highlight.Start);
                WriteSpans(json, "spans", highlight.Spans);
                WriteSpans(json, "titleSpans", highlight.TitleSpans);
                json.WriteEndObject();
            }

            if (hit.Explanation is { } why)
            {
                ExplanationLines.WriteJson(json, why);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (result.Matches is { } matches)
        {
            json.WriteNumber("matches", matches);
            json.WriteStartObject("facets");
            foreach ((string field, IReadOnlyList<FacetCount> counts) in result.Facets)
            {
                json.WriteStartObject(field);
                foreach (FacetCount count in counts)
                {
                    json.WriteNumber(count.Value, count.Count);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }
    });

    /// <summary>Writes each hit as its rank, score, id and title, and two lines of its text under them, from the passage that scored best.</summary>
    /// <param name="result">The result.</param>
    /// <param name="documents">Documents in the index.</param>
    public static void WriteText(SearchResult result, int documents)
    {
        if (result.Hits.Count == 0)
        {
            Screen.Note($"no hits among {Figure.Count(documents, "document")}");
            return;
        }

        if (result.Hits.Any(hit => hit.Explanation is not null))
        {
            foreach (RoutedWord routed in result.Routed)
            {
                Screen.Output.MarkupLineInterpolated($"[grey]'{routed.Word}' is {Figure.Count(routed.Pieces, "piece")} to the encoder, and {Figure.Count(routed.Documents, "document")} {(routed.Documents == 1 ? "holds" : "hold")} it: its weight went to the words (bm25)[/]");
            }
        }

        IReadOnlySet<string> queryWords = Snippet.Words(result.Query);
        int rankColumns = Math.Max(2, result.Hits.Count.ToString(System.Globalization.CultureInfo.InvariantCulture).Length);
        string[] scores = [.. result.Hits.Select(hit => Figure.Weight(hit.Score))];
        int scoreColumns = scores.Max(score => score.Length);
        int indent = rankColumns + scoreColumns + 4;
        for (int i = 0; i < result.Hits.Count; i++)
        {
            SearchHit hit = result.Hits[i];
            string id = TextLayout.Cut(TextLayout.OneLine(hit.Id), 40);
            string title = TextLayout.Cut(TextLayout.OneLine(hit.Title ?? ""), Math.Max(10, Screen.Width - indent - TextLayout.Columns(id) - 2));
            Screen.Output.MarkupLine($"[grey]{hit.Rank.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(rankColumns)}[/]  "
                + $"[aqua]{scores[i].PadLeft(scoreColumns)}[/]  [green]{Markup.Escape(id)}[/]{(title.Length > 0 ? "  [bold]" + Markup.Escape(title) + "[/]" : "")}");
            int columns = Screen.Width - indent;
            string text = hit.Passage is { Length: > 0 } part ? part.Of(hit.Text) : hit.Text;
            string snippet = hit.Highlight?.Passage is { } passage ? TextLayout.OneLine(passage) : Snippet.Choose(text, queryWords, columns * SnippetLines);
            IReadOnlySet<string> marked = hit.Highlight is { } highlight
                ? highlight.Spans.Select(span => highlight.Passage[span.Start..span.End].ToLowerInvariant()).ToHashSet()
                : queryWords;
            foreach (string line in TextLayout.Wrap(snippet, columns, hit.Highlight is null ? SnippetLines : PassageLines))
            {
                Screen.Output.MarkupLine(new string(' ', indent) + Marked(line, marked));
            }

            if (hit.Explanation is not null)
            {
                ExplanationLines.WriteText(hit, indent);
            }
        }

        foreach ((string field, IReadOnlyList<FacetCount> counts) in result.Facets)
        {
            Screen.Output.MarkupLineInterpolated($"[grey]{field}:[/] {string.Join(", ", counts.Select(count => $"{count.Value} ({Figure.Count(count.Count)})"))}");
        }
    }

    /// <summary>The name of a mode in options and JSON.</summary>
    /// <param name="mode">The mode.</param>
    public static string Word(SearchMode mode) => mode switch
    {
        SearchMode.Hybrid => "hybrid",
        SearchMode.Sparse => "sparse",
        _ => "bm25",
    };

    private static void WriteLegs(Utf8JsonWriter json, IReadOnlyList<LegScore> legs)
    {
        json.WriteStartArray("legs");
        foreach (LegScore leg in legs)
        {
            json.WriteStartObject();
            json.WriteString("leg", leg.Leg);
            WriteNumber(json, "rank", leg.Rank);
            WriteNumber(json, "score", leg.Score);
            json.WriteNumber("normalized", leg.Normalized);
            json.WriteNumber("weight", leg.Weight);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteSpans(Utf8JsonWriter json, string name, IReadOnlyList<TextSpan> spans)
    {
        json.WriteStartArray(name);
        foreach (TextSpan span in spans)
        {
            json.WriteStartObject();
            json.WriteNumber("start", span.Start);
            json.WriteNumber("end", span.End);
            json.WriteNumber("score", span.Score);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Marked(string line, IReadOnlySet<string> queryWords)
    {
        var marked = new StringBuilder("[grey]");
        int at = 0;
        foreach (Match word in Snippet.WordPattern().Matches(line).Where(word => Snippet.IsMatch(word.Value, queryWords)))
        {
            marked.Append(Markup.Escape(line[at..word.Index])).Append("[/][yellow]").Append(Markup.Escape(word.Value)).Append("[/][grey]");
            at = word.Index + word.Length;
        }

        return marked.Append(Markup.Escape(line[at..])).Append("[/]").ToString();
    }
}
