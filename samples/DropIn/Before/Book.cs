namespace DropIn;

/// <summary>A book of the catalogue.</summary>
public sealed record Book(string Id, string Title, string Description, string Shelf, int Year);
