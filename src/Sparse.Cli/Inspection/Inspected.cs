using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Cli.Inspection;

/// <summary>A token as it is shown.</summary>
/// <param name="Piece">The word piece.</param>
/// <param name="Start">Where it begins in the text, in UTF-16 units.</param>
/// <param name="End">Where it ends.</param>
internal sealed record InspectedToken(string Piece, int Start, int End);

/// <summary>A term of the vector as it is shown.</summary>
/// <param name="Piece">The term.</param>
/// <param name="Weight">Its weight.</param>
/// <param name="Impact">Its impact, 0 to 255; 0 is left out of an index.</param>
/// <param name="IsExpansion">True when the text does not hold it.</param>
/// <param name="Source">The word of the text that gave it its weight.</param>
internal sealed record InspectedTerm(string Piece, float Weight, byte Impact, bool IsExpansion, string Source);

/// <summary>What an encoder makes of a text.</summary>
/// <param name="Text">The text.</param>
/// <param name="Encoder">The encoder.</param>
/// <param name="Tokens">Its tokens; empty where the encoder does not tell.</param>
/// <param name="Terms">The terms, heaviest first.</param>
/// <param name="Scale">Weight of one impact step.</param>
/// <param name="IsTruncated">True when the text is longer than the encoder reads.</param>
internal sealed record Inspected(
    string Text, EncoderIdentity Encoder, IReadOnlyList<InspectedToken> Tokens, IReadOnlyList<InspectedTerm> Terms, float Scale, bool IsTruncated)
{
    /// <summary>By a model that tells where its weights came from.</summary>
    /// <param name="sourced">What the model said.</param>
    /// <param name="encoder">The model.</param>
    /// <param name="scale">Weight of one impact step; null: the encoder's own.</param>
    public static Inspected ByModel(SourcedTerms sourced, ITermEncoder encoder, float? scale)
    {
        ImpactQuantizer quantizer = Quantizer(encoder, scale);
        Token[] tokens = sourced.Tokens.Tokens.ToArray();
        HashSet<int> own = [.. tokens.Where(token => !token.IsAdded).Select(token => token.Id)];
        InspectedTerm[] terms =
        [
            .. sourced.Terms.Select(term => new InspectedTerm(
                encoder.Vocabulary[term.Term], term.Weight, quantizer.Quantize(term.Weight), !own.Contains(term.Term),
                WordAt(sourced.Tokens.Text, tokens[term.Position], encoder.Vocabulary))),
        ];
        return new Inspected(sourced.Tokens.Text, encoder.Identity,
            [.. tokens.Select(token => new InspectedToken(encoder.Vocabulary[token.Id], token.Start, token.End))],
            Sorted(terms), quantizer.Scale, sourced.Tokens.IsTruncated);
    }

    /// <summary>By a table of term weights: every term is a piece of the text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="encoder">The table.</param>
    /// <param name="scale">Weight of one impact step; null: the encoder's own.</param>
    public static Inspected ByTable(string text, ITermEncoder encoder, float? scale)
    {
        ImpactQuantizer quantizer = Quantizer(encoder, scale);
        TermVector vector = encoder.Encode([text])[0];
        var terms = new InspectedTerm[vector.Count];
        for (int i = 0; i < terms.Length; i++)
        {
            string piece = encoder.Vocabulary[vector.Terms[i]];
            terms[i] = new InspectedTerm(piece, vector.Weights[i], quantizer.Quantize(vector.Weights[i]), false, "");
        }

        return new Inspected(text, encoder.Identity, [], Sorted(terms), quantizer.Scale, false);
    }

    private static ImpactQuantizer Quantizer(ITermEncoder encoder, float? scale) =>
        scale is { } given ? new ImpactQuantizer(given) : ImpactQuantizer.ForMaxWeight(encoder.MaxWeight);

    private static InspectedTerm[] Sorted(InspectedTerm[] terms) =>
        [.. terms.OrderByDescending(term => term.Weight).ThenBy(term => term.Piece, StringComparer.Ordinal)];

    // A piece such as ##ization is shown as the word that it belongs to.
    private static string WordAt(string text, Token token, Vocabulary vocabulary)
    {
        if (token.IsAdded)
        {
            return vocabulary[token.Id];
        }

        int start = token.Start, end = token.End;
        if (char.IsLetterOrDigit(text[start]))
        {
            while (start > 0 && char.IsLetterOrDigit(text[start - 1]))
            {
                start--;
            }

            while (end < text.Length && char.IsLetterOrDigit(text[end]))
            {
                end++;
            }
        }

        return text[start..end];
    }
}
