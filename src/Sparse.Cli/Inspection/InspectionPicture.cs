using System.Globalization;
using Sparse.Cli.Display;
using Spectre.Console;

namespace Sparse.Cli.Inspection;

/// <summary>Draws what an encoder makes of a text, in characters that need no colour.</summary>
internal static class InspectionPicture
{
    private const int LongestTerm = 22;
    private const int LongestSource = 18;

    /// <summary>Writes one JSON object.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="inspected">What to write.</param>
    public static void WriteJson(TextWriter output, Inspected inspected) => JsonLine.Write(output, json =>
    {
        json.WriteString("text", inspected.Text);
        json.WriteString("encoder", inspected.Encoder.Name);
        json.WriteNumber("scale", inspected.Scale);
        json.WriteStartArray("tokens");
        foreach (InspectedToken token in inspected.Tokens)
        {
            json.WriteStartObject();
            json.WriteString("token", token.Piece);
            json.WriteNumber("start", token.Start);
            json.WriteNumber("end", token.End);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("terms");
        foreach (InspectedTerm term in inspected.Terms)
        {
            json.WriteStartObject();
            json.WriteString("term", term.Piece);
            json.WriteNumber("weight", term.Weight);
            json.WriteNumber("impact", term.Impact);
            json.WriteBoolean("expansion", term.IsExpansion);
            json.WriteString("source", term.Source);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>Draws tokens, then one bar a term.</summary>
    /// <param name="inspected">What to draw.</param>
    /// <param name="most">At most so many terms.</param>
    public static void Draw(Inspected inspected, int most)
    {
        DrawTokens(inspected);
        if (inspected.Terms.Count == 0)
        {
            Console.Out.WriteLine("no terms: the encoder gives this text no weight");
            return;
        }

        InspectedTerm[] shown = [.. inspected.Terms.Take(most)];
        int termColumns = Math.Clamp(shown.Max(term => TextLayout.Columns(term.Piece)), 4, LongestTerm);
        int sourceColumns = Math.Clamp(shown.Max(term => TextLayout.Columns(term.Source)), 0, LongestSource);
        int barColumns = Math.Max(8, Screen.Width - termColumns - sourceColumns - 23);
        string from = sourceColumns == 0 ? "" : "from";
        Screen.Output.MarkupLineInterpolated($"[grey]{"term".PadRight(termColumns + 2)} weight  impact  {"".PadRight(barColumns)}  {from}[/]");
        foreach (InspectedTerm term in shown)
        {
            string piece = TextLayout.Pad(TextLayout.Cut(term.Piece, termColumns), termColumns);
            string bar = TextLayout.Pad(WeightBar.Draw((double)term.Weight / shown[0].Weight, barColumns), barColumns);
            string source = TextLayout.Cut(term.Source, Math.Max(1, sourceColumns));
            string colour = term.IsExpansion ? "aqua" : "green";
            Screen.Output.MarkupLine(string.Create(CultureInfo.InvariantCulture,
                $"[{colour}]{Markup.Escape(piece)}[/] {(term.IsExpansion ? '+' : ' ')} {term.Weight,6:0.000}  {term.Impact,6}  [{colour}]{bar}[/]  {Markup.Escape(source)}").TrimEnd());
        }

        int expansions = inspected.Terms.Count(term => term.IsExpansion);
        string more = inspected.Terms.Count > shown.Length ? $"{Figure.Count(inspected.Terms.Count - shown.Length)} more with --top {inspected.Terms.Count}; " : "";
        string expanded = expansions > 0 ? $"; + marks the {Figure.Count(expansions)} that the text does not hold" : "";
        Console.Out.WriteLine($"{more}{Figure.Count(inspected.Terms.Count, "term")}{expanded}");
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"impact = weight / {inspected.Scale:0.00000}, at most 255; encoder {inspected.Encoder.Name} ({inspected.Encoder.Fingerprint})"));
    }

    private static void DrawTokens(Inspected inspected)
    {
        if (inspected.Tokens.Count == 0)
        {
            return;
        }

        string label = Figure.Count(inspected.Tokens.Count, "token");
        string line = string.Join(' ', inspected.Tokens.Select(token => token.Piece));
        int indent = label.Length + 2;
        IReadOnlyList<string> lines = TextLayout.Wrap(line, Screen.Width - indent, most: 12);
        for (int i = 0; i < lines.Count; i++)
        {
            Screen.Output.MarkupLineInterpolated($"[grey]{(i == 0 ? label : "").PadRight(indent)}[/]{lines[i]}");
        }

        if (inspected.IsTruncated)
        {
            Screen.Warn("the text is longer than the encoder reads; --max-tokens sets how far");
        }

        Console.Out.WriteLine();
    }
}
