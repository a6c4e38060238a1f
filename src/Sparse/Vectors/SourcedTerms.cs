using Sparse.Tokens;

namespace Sparse.Vectors;

/// <summary>A term of a text's vector and the token that gave it its weight.</summary>
/// <param name="Term">Term id.</param>
/// <param name="Weight">Its weight, &gt; 0.</param>
/// <param name="Position">Place in <see cref="SourcedTerms.Tokens"/> whose logit was the largest; the first of equals.</param>
public readonly record struct SourcedTerm(int Term, float Weight, int Position);

/// <summary>A text's vector with the source of each weight.</summary>
/// <param name="Tokens">The text's tokens as the model saw them, [CLS] and [SEP] included.</param>
/// <param name="Terms">The terms, in ascending order of their ids.</param>
public sealed record SourcedTerms(TokenSequence Tokens, IReadOnlyList<SourcedTerm> Terms);

/// <summary>An encoder that tells which token of a text gave each term its weight.</summary>
public interface ISourcedEncoder : ITermEncoder
{
    /// <summary>Encodes one text and tells the sources.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The terms of <see cref="ITermEncoder.Encode"/> with their sources.</returns>
    /// <exception cref="InvalidDataException">The model pools its logits in a way of its own.</exception>
    SourcedTerms EncodeWithSources(string text);
}
