Sub 印刷()
    With ActiveSheet.PageSetup
        .PrintArea = "$A$1:$H$" & Cells(Rows.Count, 1).End(xlUp).Row
        .Zoom = False
        .FitToPagesWide = 1
        .FitToPagesTall = False
    End With
    ActiveSheet.PrintOut Copies:=1, Preview:=True
End Sub
