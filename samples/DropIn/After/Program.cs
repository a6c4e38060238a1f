using DropIn;

using var catalogue = new Catalogue("artifacts/drop-in-index");
catalogue.Put(new Book("1", "The Motor Vehicle", "Engines, gearboxes and brakes of the automobile.", "technology", 2001));
catalogue.Put(new Book("2", "Bread", "Flour, water, salt and patience.", "kitchen", 2015));
catalogue.Put(new Book("3", "A Year of Gardens", "What to sow and when to prune.", "home", 1998));
foreach (Book book in catalogue.Search(args.Length > 0 ? string.Join(' ', args) : "automobile OR title:bread"))
{
    Console.WriteLine($"{book.Year}  {book.Title}");
}
