namespace Sparse.Encoders.Doctor;

/// <summary>The fixed set: plain English of many fields, with names and capitals. Written for this; in the public domain.</summary>
internal static class CheckTexts
{
    internal static IReadOnlyList<string> All { get; } =
    [
        "Vaccines protect children from measles. Doctors in London recommend two doses before school begins.",
        "The engine of the car would not start because its battery was empty after a cold night.",
        "Paris is the capital of France. The river Seine divides the city, and many bridges cross it.",
        "To free space on a disk, delete old log files or move them to another drive.",
        "The bank raised interest rates in March, so that loans for houses became more expensive.",
        "Coffee grows in Brazil, Ethiopia and Vietnam. Its beans are roasted before they are ground.",
        "A judge in Chicago ruled that the contract was void because one party had been misled.",
        "Rain fell over Germany for three days, and the water of the Rhine rose by two metres.",
        "The patient was treated with antibiotics after the infection had spread to the lungs.",
        "Python programs read a file line by line with a loop; errors are caught as exceptions.",
        "Galileo watched the moons of Jupiter through his telescope in January 1610.",
        "Bread needs flour, water, salt and yeast. The dough must rest until it has doubled.",
        "The museum in Madrid shows paintings by Goya and Velazquez. Tickets are sold online.",
        "Solar panels turn sunlight into electricity, and batteries store it for the night.",
        "Our printer says that the paper is jammed, although the tray is empty.",
        "The team from Liverpool won the final with a goal in the last minute.",
        "Farmers in Kansas plant wheat in autumn and harvest it in early summer.",
        "The heart pumps blood through arteries; veins bring it back from the body.",
        "A new law obliges companies to report how much carbon dioxide they emit.",
        "She repaired her bicycle in the workshop and rode home along the canal.",
        "Whales are mammals. They breathe air, and some of them dive deeper than two kilometres.",
        "The telephone was patented by Bell in Boston in 1876.",
        "Students at Oxford read history, law, medicine, mathematics and many other subjects.",
        "If a password is forgotten, the administrator resets it and sends a link by email.",
    ];

    /// <summary>Words of the fixed set that begin with a capital, each once.</summary>
    internal static IReadOnlyList<string> CapitalWords { get; } =
        [.. All.SelectMany(text => text.Split([' ', '.', ',', ';'], StringSplitOptions.RemoveEmptyEntries)).Where(word => word.Length > 2 && char.IsAsciiLetterUpper(word[0])).Distinct()];
}
