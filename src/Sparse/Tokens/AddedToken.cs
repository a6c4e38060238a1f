namespace Sparse.Tokens;

/// <summary>A token that is matched in the raw text, before any normalisation, such as [MASK].</summary>
/// <param name="Id">Vocabulary id.</param>
/// <param name="Content">The text that it matches, exactly.</param>
/// <param name="IsSpecial">True for markers, such as [CLS], that stand for no text.</param>
/// <param name="SingleWord">True when it matches only between characters that are not of a word.</param>
/// <param name="TakesBlanksBefore">True when blanks to the left belong to it.</param>
/// <param name="TakesBlanksAfter">True when blanks to the right belong to it.</param>
internal sealed record AddedToken(int Id, string Content, bool IsSpecial, bool SingleWord, bool TakesBlanksBefore, bool TakesBlanksAfter);
